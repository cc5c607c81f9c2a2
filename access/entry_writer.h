// Takes entries from callers and writes them in batches.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "access/access_store.h"
#include "access/entry_chain.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "trellis/v1/access.pb.h"

namespace trellis::access {

struct EntryWriterOptions {
  absl::Duration gather;
  absl::Duration patience;
  std::function<void()> on_failure;
};

// Operation.   A thread of its own waits for a first entry, lets others gather, gives all of them
//              numbers and digests, and writes them with one synced write. While the disk has no
//              room it tries again after each time to gather.
// Concurrency. Thread-safe. Its references must outlive it.
// Limits.      kWaitingMax, kWaitingBytesMax, kBatchEntriesMax, kBatchBytesMax.
class EntryWriter {
 public:
  // Goes on from `newest`, whose entry was recorded at `time`.
  EntryWriter(AccessStore& store, const Head& newest, absl::Time time, EntryWriterOptions options,
              const Clock& clock);
  // Writes what waits, once.
  ~EntryWriter();
  EntryWriter(const EntryWriter&) = delete;
  EntryWriter& operator=(const EntryWriter&) = delete;

  // As of AccessLog; the entry was checked.
  absl::Status Record(v1::AccessEntry entry);
  absl::Status Flush();
  Head head();

 private:
  struct Waiting {
    v1::AccessEntry entry;
    // Its size as it was given: it grows by a time and a number.
    size_t bytes;
  };

  void Run();
  // Waits for entries, and adds them to `batch_`. False: the thread ends.
  bool TakeBatch();
  absl::Status WriteBatch();
  void Finish(const absl::Status& status);
  bool IsFull(size_t more) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  AccessStore& store_;
  const EntryWriterOptions options_;
  const Clock& clock_;

  // Of the thread alone: what is being written, and its size when it was taken.
  std::vector<v1::AccessEntry> batch_;
  size_t batch_bytes_ = 0;
  // Whether it was taken after the end had come.
  bool last_try_ = false;
  absl::Time last_time_;

  Mutex mutex_;
  // Of the thread, of those who wait for room, and of those who wait for what was written.
  CondVar wake_;
  CondVar room_;
  CondVar done_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  // Of what waits and of the batch.
  size_t held_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // How many entries were recorded since the start, and how many of them are on disk.
  uint64_t recorded_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  // Up to this one somebody waits for them: nothing gathers.
  uint64_t urgent_ ABSL_GUARDED_BY(mutex_) = 0;
  // How often writing was tried.
  uint64_t attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  Head head_ ABSL_GUARDED_BY(mutex_);
  // Of the last attempt, if it found no room.
  absl::Status no_room_ ABSL_GUARDED_BY(mutex_);
  // Once it is not OK, it stays.
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;

  // The last member: it uses all others.
  std::thread thread_;
};

}  // namespace trellis::access
