#include "queue/timer.h"

#include <utility>

#include "absl/time/clock.h"

namespace trellis::queue {

Timer::Timer() : thread_([this] { Run(); }) {}

void Timer::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void Timer::At(absl::Time time, std::function<void()> call) {
  bool first = false;
  {
    MutexLock lock(mutex_);
    const auto it = calls_.emplace(time, std::move(call));
    first = it == calls_.begin();
  }
  if (first) changed_.NotifyOne();
}

void Timer::After(absl::Duration delay, std::function<void()> call) {
  At(absl::Now() + delay, std::move(call));
}

void Timer::Run() {
  mutex_.Lock();
  while (!stopped_) {
    const absl::Time now = absl::Now();
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
