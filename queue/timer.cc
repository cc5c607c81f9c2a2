#include "queue/timer.h"

#include <utility>

namespace trellis::queue {

Timer::Timer(const Clock& clock) : clock_(clock), thread_([this] { Run(); }) {}

void Timer::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void Timer::After(absl::Duration delay, std::function<void()> call) {
  bool first = false;
  {
    MutexLock lock(mutex_);
    const auto it = calls_.emplace(clock_.Now() + delay, std::move(call));
    first = it == calls_.begin();
  }
  if (first) changed_.NotifyOne();
}

void Timer::Run() {
  mutex_.Lock();
  while (!stopped_) {
    const absl::Time now = clock_.Now();
    if (calls_.empty()) {
      changed_.Wait(mutex_);
    } else if (const absl::Time due = calls_.begin()->first; due > now) {
      changed_.WaitFor(mutex_, due - now);
    } else {
      const std::function<void()> call = std::move(calls_.begin()->second);
      calls_.erase(calls_.begin());
      mutex_.Unlock();
      call();
      mutex_.Lock();
    }
  }
  mutex_.Unlock();
}

}  // namespace trellis::queue
