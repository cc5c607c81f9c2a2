#include "services/audit_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/codec.h"
#include "rendering/sentence.h"
#include "services/pages.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

constexpr int kEntriesByDefault = 100;

// Completes the view's row with what the log says of the event.
absl::Status AddFacts(const eventstore::Record& record, v1::TrailEntry& entry) {
  const eventstore::Header& header = record.header;
  ASSIGN_OR_RETURN(*entry.mutable_event(), domain::DecodeEvent(record.payload));
  const v1::SupportPlanEvent& event = entry.event();
  entry.set_position(static_cast<int64_t>(header.position));
  entry.set_event_id(UuidText(header.event_id));
  entry.set_event_type(header.type);
  *entry.mutable_record_time() = ToTimestamp(header.recorded_at);
  entry.set_occurred_on(event.occurred_on());
  entry.set_late_days(domain::LateDays(event, header.recorded_at));
  entry.mutable_actor()->set_person(header.origin.actor);
  entry.mutable_actor()->set_name(event.actor_name());
  entry.set_capacity(static_cast<v1::Capacity>(header.origin.capacity));
  entry.set_request_id(UuidText(header.origin.request_id));
  entry.set_sentence(rendering::SentenceFor(event.actor_name(), entry.capacity(), event));
  return absl::OkStatus();
}

absl::StatusOr<v1::ListTrailResponse> ListTrail(const Rooms& rooms,
                                                const v1::ListTrailRequest& request) {
  RETURN_IF_ERROR(domain::Validate(request));
  ASSIGN_OR_RETURN(const std::string cursor, PageCursor(request));
  uint64_t first = 1;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &first)) first = 1;
  const int size = PageSize(request.page_size(), kEntriesByDefault);
  ASSIGN_OR_RETURN(std::vector<v1::TrailEntry> entries,
                   rooms.views.Trail(request.parent(), first, size + 1));
  if (entries.empty() && first == 1) {
    return Error(absl::StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND",
                 absl::StrCat(request.parent(), " does not exist"), {{"name", request.parent()}});
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
    RETURN_IF_ERROR(AddFacts(records[i], entries[i]));
    *response.add_entries() = std::move(entries[i]);
  }
  return response;
}

}  // namespace

std::map<std::string, Handler> AuditHandlers(const Rooms& rooms) {
  return {{"ListTrail",
           Unary<v1::ListTrailRequest>([rooms](Call call, const v1::ListTrailRequest& request) {
             call.Answer(ListTrail(rooms, request));
           })}};
}

}  // namespace trellis::services
