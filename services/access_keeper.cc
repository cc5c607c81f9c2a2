#include "services/access_keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/access_log.h"
#include "domain/dates.h"
#include "services/system_command.h"

namespace trellis::services {

template <typename Request>
absl::Status AccessKeeper::Give(Request request, int64_t revision) const {
  request.set_name(absl::StrCat(domain::kAccessLogStreams, ledger_));
  // What stands there now may have been recorded before, of a log that was another.
  request.set_request_id(SystemRequestId(
      rooms_.vault, absl::StrCat("access log at ", revision, " ", request.SerializeAsString())));
  return GiveAndWait<v1::AccessLog>(rooms_.pipeline, request).status();
}

void AccessKeeper::Start() {
  daily_.Start([this] { RunOnce().IgnoreError(); });
}

void AccessKeeper::Close() {
  daily_.Stop();
  {
    MutexLock lock(mutex_);
    if (std::exchange(closed_, true)) return;
  }
  absl::Status status = log_.Flush();
  if (status.ok()) status = Anchor(0).status();
  if (!status.ok()) Log("access.not_anchored", {{"why", ErrorReason(status)}});
}

absl::StatusOr<v1::AccessLog> AccessKeeper::Recorded() const {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row,
                   rooms_.views.FindRow(absl::StrCat(domain::kAccessLogStreams, ledger_)));
  return row == nullptr ? v1::AccessLog() : row->as<v1::AccessLog>();
}

absl::Status AccessKeeper::Compare(const v1::AccessLog& recorded) {
  if (!recorded.has_anchor()) return absl::OkStatus();
  const absl::Status found = log_.Compare(access::AnchorOf(recorded.anchor()));
  if (ErrorReason(found) != "ACCESS_LOG_MISMATCH") return found;
  Log("access.mismatch", {{"why", std::string(found.message())}});
  v1::RecordAccessLogBreakRequest request;
  *request.mutable_found()->mutable_recorded() = recorded.anchor();
  ASSIGN_OR_RETURN(const access::Head dropped, log_.Dropped());
  request.mutable_found()->set_first_found(dropped.number + 1);
  request.mutable_found()->set_last_found(log_.head().number);
  RETURN_IF_ERROR(Give(request, recorded.revision()));
  return found;
}

absl::Status AccessKeeper::VerifyChain() const {
  ASSIGN_OR_RETURN(access::Head head, log_.Dropped());
  const int64_t last = log_.head().number;
  while (head.number < last && !daily_.stopped()) {
    ASSIGN_OR_RETURN(
        head, log_.Verify(head.number + 1, std::min(last, head.number + kAccessEntriesAtOnce)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> AccessKeeper::Anchor(int64_t dropped) {
  ASSIGN_OR_RETURN(const v1::AccessLog recorded, Recorded());
  const access::Head head = log_.head();
  v1::AnchorAccessLogRequest request;
  request.mutable_anchor()->set_number(head.number);
  request.mutable_anchor()->set_digest(std::string(AsBytes(head.digest)));
  request.mutable_anchor()->set_dropped(std::max(dropped, recorded.anchor().dropped()));
  const bool is_new = request.anchor().number() != recorded.anchor().number() ||
                      request.anchor().dropped() != recorded.anchor().dropped();
  if (is_new) RETURN_IF_ERROR(Give(request, recorded.revision()));
  MutexLock lock(mutex_);
  status_.anchored = head.number;
  status_.breaks = recorded.breaks_size();
  return head.number;
}

absl::Status AccessKeeper::Drop() {
  const absl::CivilDay today = LondonDay(rooms_.clock.Now());
  // The 29th of February of another year is the 1st of March.
  const absl::Time time =
      LondonMidnight(absl::CivilDay(today.year() - years_, today.month(), today.day()));
  ASSIGN_OR_RETURN(const int64_t dropped, log_.LastBefore(time));
  ASSIGN_OR_RETURN(const int64_t anchored, Anchor(dropped));
  const absl::StatusOr<int64_t> count = log_.DropBefore(time, std::min(dropped, anchored));
  RETURN_IF_ERROR(count.status());
  if (*count > 0) Log("access.dropped", {{"entries", absl::StrCat(*count)}});
  return absl::OkStatus();
}

absl::Status AccessKeeper::Look() {
  RETURN_IF_ERROR(log_.Flush());
  ASSIGN_OR_RETURN(const v1::AccessLog recorded, Recorded());
  // One that was made anew or cut off is anchored as it is now: what comes is kept again.
  const absl::Status mismatch = Compare(recorded);
  if (!mismatch.ok() && ErrorReason(mismatch) != "ACCESS_LOG_MISMATCH") return mismatch;
  RETURN_IF_ERROR(VerifyChain());
  if (daily_.stopped()) return absl::CancelledError();
  RETURN_IF_ERROR(Drop());
  return mismatch;
}

absl::Status AccessKeeper::RunOnce() {
  MutexLock one_at_a_time(look_mutex_);
  const absl::CivilDay day = LondonDay(rooms_.clock.Now());
  const absl::Status status = Look();
  if (absl::IsCancelled(status)) return status;
  if (!status.ok()) Log("access.found", {{"what", std::string(status.message())}});
  MutexLock lock(mutex_);
  status_.found = status;
  // A break is recorded, and to look again today would find nothing new.
  if (!status.ok() && ErrorReason(status) != "ACCESS_LOG_MISMATCH") return status;
  daily_.Done(day);
  if (status.ok()) status_.complete_at = rooms_.clock.Now();
  return status;
}

AccessKeeperStatus AccessKeeper::status() const {
  MutexLock lock(mutex_);
  return status_;
}

}  // namespace trellis::services
