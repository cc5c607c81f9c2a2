// Calls functions at given times, on a thread of its own.
#pragma once

#include <functional>
#include <map>
#include <thread>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace trellis::queue {

// Thread-safe.
class Timer {
 public:
  Timer();
  ~Timer() { Stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls `call` at `time` by the machine's clock, or soon if that has passed. It must not block.
  void At(absl::Time time, std::function<void()> call);
  // After `delay`.
  void After(absl::Duration delay, std::function<void()> call);

  // Waits for the call in progress; those that are not due yet are never called.
  void Stop();

 private:
  void Run();

  Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<absl::Time, std::function<void()>> calls_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::queue
