#include "services/aggregate_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "rendering/form.h"
#include "services/history.h"

namespace trellis::services {

constexpr int kFormWidthByDefault = 160;

absl::StatusOr<int> FormWidth(int asked) {
  if (asked == 0) return kFormWidthByDefault;
  if (asked >= rendering::kFormWidthMin) return asked;
  return InvalidRequest(
      {{"text_width", absl::StrCat("got ", asked, ", want at least ", rendering::kFormWidthMin)}});
}
absl::StatusOr<Moment> MomentIn(int64_t revision, bool has_time,
                                const google::protobuf::Timestamp& time) {
  if (revision != 0 && has_time) {
    return InvalidRequest({{"as_of_time", "got it together with revision, want one or the other"}});
  }
  return Moment{.revision = revision,
                .as_of = has_time ? FromTimestamp(time) : absl::InfiniteFuture()};
}

absl::StatusOr<std::string> StateBytesAt(const Rooms& rooms, const std::string& name,
                                         const Moment& moment) {
  if (moment.revision == 0 && moment.as_of == absl::InfiniteFuture()) {
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(name));
    if (row == nullptr) return domain::NotFound(name);
    return row->bytes;
  }
  HistoryBounds bounds{.recorded_at = moment.as_of};
  if (moment.revision != 0) bounds.revision = static_cast<uint64_t>(moment.revision);
  ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> state,
                   FoldHistory(rooms.vault, rooms.log, name, bounds));
  const int64_t revision = domain::RevisionOf(*state);
  if (moment.revision != 0 && revision != moment.revision) {
    return domain::NotFound(
        name, absl::StrCat(" at revision ", moment.revision, "; its last is ", revision));
  }
  if (revision == 0) {
    return domain::NotFound(name, absl::StrCat(" as of ", absl::FormatTime(moment.as_of)));
  }
  return state->SerializeAsString();
}

}  // namespace trellis::services
