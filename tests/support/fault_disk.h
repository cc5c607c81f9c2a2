// What the disk of a FaultFileSystem holds for sure, and its faults.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <rocksdb/io_status.h>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace trellis::testing {

// What becomes of one call.
enum class DiskFault {
  // Nothing is done: EIO.
  kError,
  // Nothing is done: ENOSPC, also of a sync.
  kNoSpace,
  // Of what is appended the first half is written, then EIO. Other calls: as kError.
  kShortWrite,
};

// Thread-safe. Functions that change the disk say whether it still works; those that only concern
// names do the change, the others leave it to the caller.
class FaultDisk {
 public:
  explicit FaultDisk(std::string trash) : trash_(std::move(trash)) {}

  // How many of the bytes are written is in `accepted`, also if it fails.
  rocksdb::IOStatus Append(const std::string& name, uint64_t bytes, uint64_t& accepted);
  rocksdb::IOStatus Truncate(const std::string& name, uint64_t bytes);
  rocksdb::IOStatus Sync(const std::string& name);
  rocksdb::IOStatus SyncDirectory(const std::string& directory);
  // Makes room for a new file: one with that name goes.
  rocksdb::IOStatus Create(const std::string& name);
  // Begins to write on a file that is there.
  void Adopt(const std::string& name);
  rocksdb::IOStatus Delete(const std::string& name);
  rocksdb::IOStatus Rename(const std::string& from, const std::string& to);
  // Comes before a read.
  rocksdb::IOStatus Read();
  uint64_t free_bytes() const;

  // As in FaultFileSystem.
  int wal_syncs() const;
  bool is_cut() const;
  void CutAfter(uint64_t more);
  void HoldWalSyncs(bool hold);
  void AwaitHeldWalSync();
  void FailWalSyncs();
  void Fill(bool full);
  void FailCallAfter(uint64_t more, DiskFault fault);
  void FailReadAfter(uint64_t more);
  bool has_failed() const;
  void Restart(uint64_t seed);

 private:
  // How much of a file was written, and how much of that synced.
  struct Extent {
    uint64_t written = 0;
    uint64_t synced = 0;
  };
  // A change of a directory, and how to undo it.
  struct Change {
    enum Kind { kCreate, kRename, kDelete } kind;
    std::string name;
    // Of kRename.
    std::string old_name;
    // Where the file is that had the name before; empty if none had.
    std::string trash;
    Extent trash_extent;
  };

  // Comes before a change of the disk; an error if the power is cut, at it or before, or if this
  // is the call that fails: as failed_ says then.
  rocksdb::IOStatus Step() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Notes the change and moves the file that has its name, if one has, to where Undo finds it.
  void Note(Change change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Undo(const Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Move(const std::string& from, const std::string& to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string trash_;
  mutable Mutex mutex_;
  CondVar held_changed_;
  // Of the files that were written since the start. The others are synced as they are.
  std::map<std::string, Extent> extents_ ABSL_GUARDED_BY(mutex_);
  // Those that are not synced, in the order in which they were made.
  std::vector<Change> unsynced_ ABSL_GUARDED_BY(mutex_);
  uint64_t trashed_ ABSL_GUARDED_BY(mutex_) = 0;
  int wal_syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  int held_wal_syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  bool hold_wal_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  bool fail_wal_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  bool cut_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<uint64_t> cut_after_ ABSL_GUARDED_BY(mutex_);
  std::optional<uint64_t> fail_after_ ABSL_GUARDED_BY(mutex_);
  std::optional<uint64_t> fail_read_after_ ABSL_GUARDED_BY(mutex_);
  DiskFault fault_ ABSL_GUARDED_BY(mutex_) = DiskFault::kError;
  // That one call, or a read, has failed.
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace trellis::testing
