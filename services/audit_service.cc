#include "services/audit_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "evidence/trail.h"
#include "projections/stored_event.h"
#include "services/evidence_export.h"
#include "services/ledger_proofs.h"
#include "services/pages.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

constexpr int kEntriesByDefault = 100;

// Completes the view's row with what the log says of the event.
absl::Status Complete(const vault::EventVault& vault, const eventstore::Record& record,
                      v1::TrailEntry& entry) {
  ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> event,
                   projections::EventOf(vault, record));
  evidence::AddFacts(record, *event, entry);
  // The one of the entry's kinds of event that has this type.
  const google::protobuf::OneofDescriptor& kinds = *v1::TrailEntry::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds.field_count(); ++i) {
    if (kinds.field(i)->message_type() != event->GetDescriptor()) continue;
    entry.GetReflection()->MutableMessage(&entry, kinds.field(i))->CopyFrom(*event);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListTrailResponse> ListTrail(const Rooms& rooms,
                                                const v1::ListTrailRequest& request) {
  ASSIGN_OR_RETURN(const std::string cursor, PageCursor(request));
  uint64_t first = 1;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &first)) first = 1;
  const int size = PageSize(request.page_size(), kEntriesByDefault);
  ASSIGN_OR_RETURN(std::vector<v1::TrailEntry> entries,
                   rooms.views.Trail(request.parent(), first, size + 1));
  if (entries.empty() && first == 1) {
    return domain::NotFound(request.parent());
  }
  v1::ListTrailResponse response;
  if (static_cast<int>(entries.size()) > size) {
    entries.pop_back();
    response.set_next_page_token(
        PageToken(request, absl::StrCat(first + static_cast<uint64_t>(size))));
  }
  ASSIGN_OR_RETURN(const std::vector<eventstore::Record> records,
                   rooms.log.ReadStream(request.parent(), first, first + entries.size() - 1));
  if (records.size() != entries.size()) {
    return Error(absl::StatusCode::kDataLoss, "TRAIL_OUT_OF_STEP",
                 absl::StrCat(request.parent(), ": the trail has ", entries.size(),
                              " entries where the log has ", records.size(), " events"));
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    RETURN_IF_ERROR(Complete(rooms.vault, records[i], entries[i]));
    *response.add_entries() = std::move(entries[i]);
  }
  return response;
}

}  // namespace

std::map<std::string, Handler> AuditHandlers(const Rooms& rooms) {
  return {{"ListTrail",
           Unary<v1::ListTrailRequest>([rooms](Call call, const v1::ListTrailRequest& request) {
             call.Answer(ListTrail(rooms, request));
           })},
          {"GetCheckpoint", ReadHandler(rooms, GetCheckpoint)},
          {"GetProof", ReadHandler(rooms, GetProof)},
          {"GetConsistencyProof", ReadHandler(rooms, GetConsistencyProof)}};
}

std::map<std::string, AnsweringHandler> AuditStreams(const Rooms& rooms) {
  return {{"ExportEvidence", EvidenceHandler(rooms)}};
}

}  // namespace trellis::services
