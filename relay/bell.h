// What wakes the relay: it is rung by threads that must not wait, and kept until it was heard.
#pragma once

#include "absl/time/time.h"
#include "base/mutex.h"

namespace trellis::relay {

// Thread-safe; one thread waits.
class Bell {
 public:
  void Ring() {
    {
      MutexLock lock(mutex_);
      rung_ = true;
    }
    changed_.NotifyOne();
  }

  // Waits until it was rung since the last time, at most for `time`; perhaps shorter.
  void Wait(absl::Duration time) {
    MutexLock lock(mutex_);
    if (!rung_) changed_.WaitFor(mutex_, time);
    rung_ = false;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool rung_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace trellis::relay
