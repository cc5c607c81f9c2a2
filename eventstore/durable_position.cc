#include "eventstore/durable_position.h"

namespace trellis::eventstore {

void DurablePosition::Advance(Position position) {
  {
    MutexLock lock(mutex_);
    position_.store(position, std::memory_order_release);
  }
  moved_.NotifyAll();
}

Position DurablePosition::WaitBeyond(Position after) {
  MutexLock lock(mutex_);
  while (Get() <= after && !closed_) moved_.Wait(mutex_);
  return Get();
}

void DurablePosition::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  moved_.NotifyAll();
}

bool DurablePosition::closed() {
  MutexLock lock(mutex_);
  return closed_;
}

}  // namespace trellis::eventstore
