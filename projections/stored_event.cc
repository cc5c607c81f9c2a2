#include "projections/stored_event.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/erasure.h"

namespace trellis::projections {

using google::protobuf::Message;

absl::StatusOr<std::unique_ptr<Message>> EventOf(const vault::EventVault& vault,
                                                 const eventstore::Record& record) {
  ASSIGN_OR_RETURN(const domain::Aggregate* const aggregate,
                   domain::KnownAggregateOf(record.header.stream));
  std::unique_ptr<Message> event(aggregate->event.New());
  RETURN_IF_ERROR(ReadEvent(vault, record, *event));
  return event;
}

absl::Status ReadEvent(const vault::EventVault& vault, const eventstore::Record& record,
                       Message& event) {
  // What is not sealed need not be copied.
  if (record.header.subject_key_id == Uuid{}) return domain::DecodeEvent(record.payload, event);
  const absl::StatusOr<vault::OpenedEvent> opened = vault.Open(record);
  if (vault::IsErased(opened.status())) {
    domain::SetErased(event);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(opened.status());
  return domain::DecodeEvent(opened->bytes(), event);
}

}  // namespace trellis::projections
