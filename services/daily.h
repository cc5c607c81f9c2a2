// Does something once a day, on a thread of its own: at the start, and after each midnight in
// London.
//
// Operation.   Looks at the clock every kLookEvery, so that one that jumped is noticed; a day that
//              was not done is tried again then. What it calls must be such that doing it twice on
//              one day is doing it once: nothing is remembered over a restart.
// Concurrency. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace trellis::services {

// How long a clock that jumped goes unnoticed.
inline constexpr absl::Duration kLookEvery = absl::Minutes(10);

class Daily {
 public:
  // `clock` must outlive it.
  explicit Daily(const Clock& clock) : clock_(clock) {}
  ~Daily() { Stop(); }
  Daily(const Daily&) = delete;
  Daily& operator=(const Daily&) = delete;

  // Begins to call `look`, which says by Done that a day is done. Called once.
  void Start(std::function<void()> look);
  // Waits for the call in progress, which can ask whether it is to stop. Idempotent.
  void Stop();
  bool stopped() const;

  // Nothing is left to do on that day.
  void Done(absl::CivilDay day);

 private:
  void Run(const std::function<void()>& look);

  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::CivilDay> last_day_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::services
