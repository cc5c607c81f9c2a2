#include "services/reminder_timer.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/reminders.h"
#include "services/history.h"
#include "services/system_command.h"

namespace trellis::services {
namespace {

using domain::DueReminder;

// Streams whose names are held at once.
constexpr size_t kStreamsAtOnce = 1000;

// The command that records `due`.
v1::RemindRequest RequestFor(const vault::EventVault& vault, const std::string& name,
                             std::vector<DueReminder> due) {
  v1::RemindRequest request;
  request.set_name(name);
  for (DueReminder& one : due) *request.add_reminders() = std::move(one.reminder);
  request.set_request_id(
      SystemRequestId(vault, absl::StrCat("reminders ", request.SerializeAsString())));
  return request;
}

}  // namespace

// One look, by one thread; the answers to its commands come from others.
class ReminderTimer::Look {
 public:
  Look(const Rooms& rooms, absl::CivilDay day) : rooms_(rooms), day_(day) { run_.day = day; }

  // Sends what is due of this plan or induction, as soon as there is room.
  void Send(const std::string& stream) {
    {
      MutexLock lock(mutex_);
      ++run_.streams;
    }
    auto due = DueOf(stream);
    if (!due.ok()) return Ended(due.status(), 0);
    if (due->empty()) return;
    {
      MutexLock lock(mutex_);
      while (in_flight_ >= kRemindersInFlight) answered_.Wait(mutex_);
      ++in_flight_;
    }
    rooms_.pipeline.Execute<v1::Reminders>(
        SystemCaller(), RequestFor(rooms_.vault, domain::RemindersOf(stream), *std::move(due)),
        [this](const absl::StatusOr<std::string>& bytes) { Answered(bytes); });
  }

  absl::CivilDay day() const { return day_; }

  // Waits for all answers.
  ReminderRun Finish() {
    MutexLock lock(mutex_);
    while (in_flight_ > 0) answered_.Wait(mutex_);
    return run_;
  }

 private:
  absl::StatusOr<std::vector<DueReminder>> DueOf(const std::string& stream) const {
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms_.views.FindRow(stream));
    if (row == nullptr) return std::vector<DueReminder>();
    ASSIGN_OR_RETURN(const projections::StateRowPointer given,
                     rooms_.views.FindRow(domain::RemindersOf(stream)));
    std::vector<DueReminder> due = domain::DueReminders(
        given == nullptr ? v1::Reminders() : given->as<v1::Reminders>(), *row->state, day_);
    // The states as they were known when the day of a moment began.
    std::map<absl::CivilDay, std::unique_ptr<google::protobuf::Message>> before;
    std::vector<DueReminder> standing;
    for (DueReminder& one : due) {
      const absl::Time moment = LondonMidnight(one.moment);
      // Most have not changed since, and are as they were.
      if (one.changed_at >= moment) {
        std::unique_ptr<google::protobuf::Message>& state = before[one.moment];
        if (state == nullptr) {
          ASSIGN_OR_RETURN(state, FoldHistory(rooms_.vault, rooms_.log, stream,
                                              {.recorded_at = moment - absl::Microseconds(1)}));
        }
        if (!domain::WasPlanned(one, *state)) continue;
      }
      standing.push_back(std::move(one));
    }
    return standing;
  }

  void Answered(const absl::StatusOr<std::string>& bytes) {
    v1::RemindersReply reply;
    if (bytes.ok()) reply.ParseFromString(*bytes);
    Ended(bytes.status(), reply.receipt().event_ids_size());
    MutexLock lock(mutex_);
    --in_flight_;
    // Under the mutex: once there are none, the look may be gone.
    answered_.NotifyOne();
  }

  void Ended(const absl::Status& status, int64_t reminders) {
    MutexLock lock(mutex_);
    run_.reminders += reminders;
    if (status.ok()) return;
    if (++run_.failures == 1) run_.why = status;
  }

  const Rooms& rooms_;
  const absl::CivilDay day_;
  Mutex mutex_;
  CondVar answered_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  ReminderRun run_ ABSL_GUARDED_BY(mutex_);
};

void ReminderTimer::Start() {
  daily_.Start([this] {
    // What failed is in the log line; the next look comes to it again.
    if (const auto run = RunOnce(); !run.ok()) {
      Log("reminders.not_run", {{"why", ErrorReason(run.status())}});
    }
  });
}

absl::StatusOr<ReminderRun> ReminderTimer::RunOnce() {
  MutexLock one_at_a_time(look_mutex_);
  Look look(rooms_, LondonDay(rooms_.clock.Now()));
  absl::Status status;
  bool stopped = false;
  std::vector<std::string> streams;
  do {
    auto more = rooms_.views.StreamsToRemind(look.day(), streams.empty() ? "" : streams.back(),
                                             kStreamsAtOnce);
    status = more.status();
    streams = std::move(more).value_or(std::vector<std::string>());
    for (const std::string& stream : streams) {
      if ((stopped = daily_.stopped())) break;
      look.Send(stream);
    }
  } while (!stopped && streams.size() == kStreamsAtOnce);
  const ReminderRun run = look.Finish();
  recorded_ += run.reminders;
  RETURN_IF_ERROR(status);
  Log("reminders.run", {{"day", domain::DateText(run.day)},
                        {"streams", absl::StrCat(run.streams)},
                        {"reminders", absl::StrCat(run.reminders)},
                        {"failures", absl::StrCat(run.failures)}});
  if (run.failures > 0) Log("reminders.failed", {{"why", ErrorReason(run.why)}});
  if (!stopped && run.failures == 0) {
    MutexLock lock(mutex_);
    last_complete_ = rooms_.clock.Now();
    daily_.Done(run.day);
  }
  return run;
}

absl::Time ReminderTimer::last_complete() const {
  MutexLock lock(mutex_);
  return last_complete_;
}

}  // namespace trellis::services
