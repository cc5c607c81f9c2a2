// Calls functions at given times, on a thread of its own.
#pragma once

#include <functional>
#include <map>
#include <thread>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace trellis::queue {

// Thread-safe.
class Timer {
 public:
  // `clock` must outlive the timer. It waits in real time: by a clock that is moved by hand, a call
  // may come late.
  explicit Timer(const Clock& clock);
  ~Timer() { Stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls `call` after `delay`, or soon if that is not positive. It must not block.
  void After(absl::Duration delay, std::function<void()> call);

  // Waits for the call in progress; those that are not due yet are never called.
  void Stop();

 private:
  void Run();

  const Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<absl::Time, std::function<void()>> calls_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::queue
