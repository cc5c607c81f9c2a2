// Looks once a day what the diary calls for, and records the reminders that fell due.
//
// Operation.   A thread of its own looks at the start and after each midnight in London
//              (services/daily.h). What is recorded follows from the states and the day
//              (domain/reminders.h), not from when it looked: to look twice adds nothing, and a
//              clock that is set forward, back, or for summer time neither loses nor repeats a
//              reminder. What changes during a day waits for the next.
// Concurrency. Thread-safe. Commands do not wait for it: it reads what readers read, and at most
//              kRemindersInFlight commits of its own wait for the log.
// Cost.        A row of some 60 bytes for each plan and induction that there is; the states of
//              those alone that have something within a week or overdue; the history of those that
//              were changed since the moment of a reminder.
#pragma once

#include <atomic>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "services/aggregate_service.h"
#include "services/daily.h"

namespace trellis::services {

// Commits of reminders that wait for the log: a group's worth, far below what the log lets wait.
inline constexpr int kRemindersInFlight = 32;

// What one look came to.
struct ReminderRun {
  absl::CivilDay day;
  // Plans and inductions that were looked at.
  int64_t streams = 0;
  // Reminders that were recorded.
  int64_t reminders = 0;
  // Plans and inductions whose reminders could not be recorded, and why the first could not.
  int64_t failures = 0;
  absl::Status why;
};

class ReminderTimer {
 public:
  // What `rooms` holds must outlive the timer.
  explicit ReminderTimer(const Rooms& rooms) : rooms_(rooms), daily_(rooms.clock) {}

  // Begins to look by itself. Called once.
  void Start();
  // Stops where it is; waits for the commits in flight, which the log must still take. Idempotent.
  void Stop() { daily_.Stop(); }

  // Looks now, after the look in progress if there is one. UNAVAILABLE if the views are.
  absl::StatusOr<ReminderRun> RunOnce();

  // Reminders recorded since the start.
  int64_t recorded() const { return recorded_; }
  // When the last look ended that left nothing undone; the infinite past if none did.
  absl::Time last_complete() const;

 private:
  class Look;

  const Rooms rooms_;
  std::atomic<int64_t> recorded_ = 0;
  // Held during a look.
  Mutex look_mutex_;

  mutable Mutex mutex_;
  absl::Time last_complete_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Daily daily_;
};

}  // namespace trellis::services
