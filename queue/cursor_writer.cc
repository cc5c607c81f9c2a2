#include "queue/cursor_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "queue/subscription.h"

namespace trellis::queue {
namespace {

// Marks this far apart are kept, so that an older log is known again near its end; of those in
// between only the newest.
constexpr eventstore::Position kMarkDistance = 256;

}  // namespace

CursorWriter::~CursorWriter() {
  MutexLock lock(mutex_);
  while (writing_) idle_.Wait(mutex_);
}

void CursorWriter::Write(std::shared_ptr<Subscription> subscription) {
  Group group;
  {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(subscription));
    if (writing_) return;
    writing_ = true;
    group.swap(waiting_);
  }
  while (true) {
    WriteGroup(group);
    group.clear();
    MutexLock lock(mutex_);
    if (waiting_.empty()) {
      writing_ = false;
      idle_.NotifyAll();
      return;
    }
    group.swap(waiting_);
  }
}

void CursorWriter::WriteGroup(const Group& group) {
  Batch batch;
  bool synced = false;
  for (const auto& subscription : group) synced |= subscription->AddTo(batch);
  // Whatever the cursors name was read before this.
  const Mark mark = ledger_.newest();
  if (mark.position > marked_) {
    batch.Put(absl::StrCat(kMarkRows, NumberBytes(mark.position)), AsBytes(mark.leaf_digest));
    if (marked_ / kMarkDistance == mark.position / kMarkDistance) {
      batch.Delete(absl::StrCat(kMarkRows, NumberBytes(marked_)));
    }
  }
  const absl::Status status = store_.Write(batch, synced);
  if (status.ok()) {
    marked_ = mark.position;
  } else {
    Log("queue.not_written", {{"why", std::string(status.message())}});
  }
  for (const auto& subscription : group) subscription->Written(status);
}

}  // namespace trellis::queue
