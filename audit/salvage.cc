#include "audit/salvage.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/event_json.h"
#include "eventstore/salvage.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::audit {

std::string RecordAsJson(const vault::EventVault& vault, const eventstore::Record& record) {
  const eventstore::Header& header = record.header;
  google::protobuf::Struct object;
  auto& fields = *object.mutable_fields();
  fields["position"].set_string_value(absl::StrCat(header.position));
  fields["stream"].set_string_value(header.stream);
  fields["revision"].set_string_value(absl::StrCat(header.revision));
  fields["type"].set_string_value(header.type);
  fields["eventId"].set_string_value(UuidText(header.event_id));
  fields["recordTime"].set_string_value(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", header.recorded_at, absl::UTCTimeZone()));
  fields["actor"].set_string_value(header.origin.actor);
  fields["capacity"].set_string_value(
      v1::Capacity_Name(static_cast<v1::Capacity>(header.origin.capacity)));
  fields["requestId"].set_string_value(UuidText(header.origin.request_id));
  fields["leafHash"].set_string_value(absl::BytesToHexString(AsBytes(record.leaf_digest)));
  fields["payload"].set_string_value(absl::Base64Escape(record.payload));
  std::string line;
  CHECK(google::protobuf::util::MessageToJsonString(object, &line).ok());
  // The payload has its bytes all the same.
  const auto opened = vault.Open(record);
  const std::string event =
      opened.ok() ? EventAsJson(header.stream, opened->bytes()) : std::string();
  if (!event.empty()) {
    line.pop_back();
    absl::StrAppend(&line, ",\"event\":", event, "}");
  }
  return line;
}

std::string EventAsJson(absl::string_view stream, absl::string_view bytes) {
  return domain::EventAsJson(stream, bytes);
}

absl::StatusOr<Report> SalvageLedger(const std::string& data, const vault::EventVault& vault,
                                     absl::FunctionRef<void(absl::string_view)> print) {
  ASSIGN_OR_RETURN(eventstore::Salvage salvage,
                   eventstore::SalvageLog(data, [&](const eventstore::Record& record) {
                     print(RecordAsJson(vault, record));
                   }));
  Report report;
  report.findings = std::move(salvage.findings);
  report.events = salvage.records;
  report.End("records",
             absl::StrCat("read ", salvage.records, ", the last at position ", salvage.last));
  return report;
}

}  // namespace trellis::audit
