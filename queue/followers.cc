#include "queue/followers.h"

#include "queue/subscription.h"

namespace trellis::queue {

void Followers::Add(const std::shared_ptr<Subscription>& subscription) {
  {
    MutexLock lock(mutex_);
    Follower& follower = followers_[subscription.get()];
    follower.subscription = subscription;
    ++follower.times;
  }
  changed_.NotifyAll();
}

void Followers::Remove(const Subscription* subscription) {
  MutexLock lock(mutex_);
  const auto follower = followers_.find(subscription);
  if (follower != followers_.end() && --follower->second.times == 0) followers_.erase(follower);
}

void Followers::Moved(const Topic& topic) {
  std::vector<std::shared_ptr<Subscription>> following;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, follower] : followers_) {
      if (follower.subscription->topic().get() == &topic) {
        following.push_back(follower.subscription);
      }
    }
  }
  for (const auto& subscription : following) subscription->TopicMoved();
}

bool Followers::WaitForOne() {
  MutexLock lock(mutex_);
  while (!closed_ && followers_.empty()) changed_.Wait(mutex_);
  return !closed_;
}

void Followers::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyAll();
}

}  // namespace trellis::queue
