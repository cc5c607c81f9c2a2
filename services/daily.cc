#include "services/daily.h"

#include <algorithm>
#include <utility>

namespace trellis::services {

void Daily::Start(std::function<void()> look) {
  thread_ = std::thread([this, look = std::move(look)] { Run(look); });
}

void Daily::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  stopped_changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

bool Daily::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

void Daily::Done(absl::CivilDay day) {
  MutexLock lock(mutex_);
  last_day_ = day;
}

void Daily::Run(const std::function<void()>& look) {
  mutex_.Lock();
  while (!stopped_) {
    if (last_day_ != LondonDay(clock_.Now())) {
      mutex_.Unlock();
      look();
      mutex_.Lock();
    }
    if (stopped_) break;
    const absl::Time now = clock_.Now();
    const absl::Duration until_midnight = LondonMidnight(LondonDay(now) + 1) - now;
    stopped_changed_.WaitFor(mutex_, std::min(until_midnight, kLookEvery));
  }
  mutex_.Unlock();
}

}  // namespace trellis::services
