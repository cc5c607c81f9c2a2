// The last position that readers may see, and waiting for it to move.
#pragma once

#include <atomic>

#include "base/mutex.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

// Thread-safe.
class DurablePosition {
 public:
  explicit DurablePosition(Position position) : position_(position) {}

  Position Get() const { return position_.load(std::memory_order_acquire); }

  // Moves to `position`, which is not before the present one, and wakes who waits.
  void Advance(Position position);

  // Blocks until Get() > `after` or Close() was called; returns Get().
  Position WaitBeyond(Position after);

  // From now on nobody waits.
  void Close();
  bool closed();

 private:
  // Read without the mutex, written with it, so that no waiter misses a move.
  std::atomic<Position> position_;
  Mutex mutex_;
  CondVar moved_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace trellis::eventstore
