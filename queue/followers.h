// The subscriptions that have consumers: the only ones to tell when a topic has more.
#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "queue/topic.h"

namespace trellis::queue {

class Subscription;

// Thread-safe.
class Followers {
 public:
  // As often as it is added it must be removed.
  void Add(const std::shared_ptr<Subscription>& subscription);
  void Remove(const Subscription* subscription);

  // Tells those that follow `topic`.
  void Moved(const Topic& topic);

  // Blocks until there is one; false once Close() was called.
  bool WaitForOne();
  void Close();

 private:
  struct Follower {
    std::shared_ptr<Subscription> subscription;
    int times = 0;
  };

  Mutex mutex_;
  CondVar changed_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<const Subscription*, Follower> followers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::queue
