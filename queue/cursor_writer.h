// Writes what of subscriptions must last: one write at a time for all that have changed.
//
// Whoever finds nobody writing writes for all that wait, and goes on while there are more. So one
// subscription that changes often costs a write at a time, and a thousand cost no more writes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "queue/ledger_topic.h"
#include "queue/queue_store.h"

namespace trellis::queue {

class Subscription;

// Thread-safe.
class CursorWriter {
 public:
  // Both must outlive it.
  CursorWriter(QueueStore& store, const LedgerTopic& ledger) : store_(store), ledger_(ledger) {}
  // Waits for the write in progress.
  ~CursorWriter();
  CursorWriter(const CursorWriter&) = delete;
  CursorWriter& operator=(const CursorWriter&) = delete;

  // Writes what of the subscription has changed, on this thread or on the one that writes now, and
  // tells it.
  void Write(std::shared_ptr<Subscription> subscription);

 private:
  using Group = std::vector<std::shared_ptr<Subscription>>;
  void WriteGroup(const Group& group);

  QueueStore& store_;
  const LedgerTopic& ledger_;
  // The position of the mark that was written last. Touched by the one thread that writes.
  eventstore::Position marked_ = 0;

  Mutex mutex_;
  CondVar idle_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  Group waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::queue
