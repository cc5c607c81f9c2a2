#include "tests/support/fault_disk.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace trellis::testing {
namespace {

namespace fs = std::filesystem;
using rocksdb::IOStatus;

constexpr uint64_t kSectorBytes = 512;

bool IsWal(const std::string& name) { return absl::EndsWith(name, ".log"); }

// Makes zeros of some sectors between these bytes, in one case of two: a file may have got its
// length before its bytes.
void LoseSectors(const std::string& name, uint64_t begin, uint64_t end, std::mt19937_64& random) {
  if (begin == end || random() % 2 == 0) return;
  std::fstream file(name, std::ios::binary | std::ios::in | std::ios::out);
  for (uint64_t at = begin; at < end;) {
    const uint64_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
    if (random() % 4 == 0) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(next - at, '\0');
    }
    at = next;
  }
}

}  // namespace

IOStatus FaultDisk::Append(const std::string& name, uint64_t bytes, uint64_t& accepted) {
  MutexLock lock(mutex_);
  accepted = 0;
  if (full_) return IOStatus::NoSpace("the disk is full", name);
  const bool had_failed = failed_;
  const IOStatus status = Step();
  if (status.ok()) accepted = bytes;
  if (failed_ && !had_failed && fault_ == DiskFault::kShortWrite) accepted = bytes / 2;
  extents_[name].written += accepted;
  return status;
}

IOStatus FaultDisk::Read() {
  MutexLock lock(mutex_);
  if (!fail_read_after_.has_value() || (*fail_read_after_)-- != 0) return IOStatus::OK();
  fail_read_after_.reset();
  failed_ = true;
  return IOStatus::IOError("input/output error of a read");
}

uint64_t FaultDisk::free_bytes() const {
  MutexLock lock(mutex_);
  return full_ ? 0 : uint64_t{1} << 40;
}

IOStatus FaultDisk::Truncate(const std::string& name, uint64_t bytes) {
  MutexLock lock(mutex_);
  const IOStatus status = Step();
  if (!status.ok()) return status;
  Extent& extent = extents_[name];
  extent = {bytes, std::min(bytes, extent.synced)};
  return status;
}

IOStatus FaultDisk::Sync(const std::string& name) {
  MutexLock lock(mutex_);
  if (IsWal(name)) {
    ++wal_syncs_;
    ++held_wal_syncs_;
    held_changed_.NotifyAll();
    while (hold_wal_syncs_) held_changed_.Wait(mutex_);
    --held_wal_syncs_;
    if (fail_wal_syncs_) return IOStatus::IOError("input/output error", name);
  }
  const IOStatus status = Step();
  if (status.ok()) extents_[name].synced = extents_[name].written;
  return status;
}

IOStatus FaultDisk::SyncDirectory(const std::string& directory) {
  MutexLock lock(mutex_);
  const IOStatus status = Step();
  if (!status.ok()) return status;
  std::erase_if(unsynced_, [&](const Change& change) {
    if (fs::path(change.name).parent_path() != directory) return false;
    if (!change.trash.empty()) fs::remove(change.trash);
    return true;
  });
  return status;
}

IOStatus FaultDisk::Create(const std::string& name) {
  MutexLock lock(mutex_);
  const IOStatus status = Step();
  if (!status.ok()) return status;
  Note({.kind = Change::kCreate, .name = name, .old_name = "", .trash = "", .trash_extent = {}});
  extents_[name] = {};
  return status;
}

void FaultDisk::Adopt(const std::string& name) {
  MutexLock lock(mutex_);
  const uint64_t size = fs::file_size(name);
  extents_.try_emplace(name, Extent{size, size});
}

IOStatus FaultDisk::Delete(const std::string& name) {
  MutexLock lock(mutex_);
  if (!fs::exists(name)) return IOStatus::PathNotFound(name);
  const IOStatus status = Step();
  if (!status.ok()) return status;
  Note({.kind = Change::kDelete, .name = name, .old_name = "", .trash = "", .trash_extent = {}});
  return status;
}

IOStatus FaultDisk::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  if (!fs::exists(from)) return IOStatus::PathNotFound(from);
  const IOStatus status = Step();
  if (!status.ok()) return status;
  Note({.kind = Change::kRename, .name = to, .old_name = from, .trash = "", .trash_extent = {}});
  Move(from, to);
  return status;
}

IOStatus FaultDisk::Step() {
  if (cut_after_.has_value() && (*cut_after_)-- == 0) {
    cut_ = true;
    cut_after_.reset();
  }
  if (cut_) return IOStatus::IOError("the power is cut");
  if (!fail_after_.has_value() || (*fail_after_)-- != 0) return IOStatus::OK();
  fail_after_.reset();
  failed_ = true;
  return fault_ == DiskFault::kNoSpace ? IOStatus::NoSpace("no space for this call")
                                       : IOStatus::IOError("input/output error");
}

void FaultDisk::Note(Change change) {
  if (fs::exists(change.name)) {
    change.trash = absl::StrCat(trash_, "/", trashed_++);
    const uint64_t size = fs::file_size(change.name);
    change.trash_extent = {size, size};
    if (const auto extent = extents_.extract(change.name); !extent.empty()) {
      change.trash_extent = extent.mapped();
    }
    fs::rename(change.name, change.trash);
  }
  unsynced_.push_back(std::move(change));
}

void FaultDisk::Undo(const Change& change) {
  if (change.kind == Change::kRename) Move(change.name, change.old_name);
  if (change.kind == Change::kCreate) {
    fs::remove(change.name);
    extents_.erase(change.name);
  }
  if (change.trash.empty()) return;
  fs::rename(change.trash, change.name);
  extents_[change.name] = change.trash_extent;
}

void FaultDisk::Move(const std::string& from, const std::string& to) {
  fs::rename(from, to);
  auto extent = extents_.extract(from);
  if (extent.empty()) return;
  extent.key() = to;
  extents_.insert(std::move(extent));
}

int FaultDisk::wal_syncs() const {
  MutexLock lock(mutex_);
  return wal_syncs_;
}

bool FaultDisk::is_cut() const {
  MutexLock lock(mutex_);
  return cut_;
}

void FaultDisk::CutAfter(uint64_t more) {
  MutexLock lock(mutex_);
  cut_after_ = more;
}

void FaultDisk::HoldWalSyncs(bool hold) {
  MutexLock lock(mutex_);
  hold_wal_syncs_ = hold;
  held_changed_.NotifyAll();
}

void FaultDisk::AwaitHeldWalSync() {
  MutexLock lock(mutex_);
  while (held_wal_syncs_ == 0) held_changed_.Wait(mutex_);
}

void FaultDisk::FailWalSyncs() {
  MutexLock lock(mutex_);
  fail_wal_syncs_ = true;
}

void FaultDisk::Fill(bool full) {
  MutexLock lock(mutex_);
  full_ = full;
}

void FaultDisk::FailCallAfter(uint64_t more, DiskFault fault) {
  MutexLock lock(mutex_);
  fail_after_ = more;
  fault_ = fault;
}

void FaultDisk::FailReadAfter(uint64_t more) {
  MutexLock lock(mutex_);
  fail_read_after_ = more;
}

bool FaultDisk::has_failed() const {
  MutexLock lock(mutex_);
  return failed_;
}

void FaultDisk::Restart(uint64_t seed) {
  MutexLock lock(mutex_);
  std::mt19937_64 random(seed);
  const auto up_to = [&random](uint64_t limit) {
    return std::uniform_int_distribution<uint64_t>(0, limit)(random);
  };
  // A journal keeps the order: if a change is gone, so are those after it.
  const size_t kept = up_to(unsynced_.size());
  for (; unsynced_.size() > kept; unsynced_.pop_back()) Undo(unsynced_.back());
  for (const Change& change : unsynced_) {
    if (!change.trash.empty()) fs::remove(change.trash);
  }
  unsynced_.clear();
  for (const auto& [name, extent] : extents_) {
    if (!fs::exists(name)) continue;
    const uint64_t end = extent.synced + up_to(extent.written - extent.synced);
    fs::resize_file(name, end);
    if (IsWal(name)) LoseSectors(name, extent.synced, end, random);
  }
  extents_.clear();
  cut_after_.reset();
  fail_after_.reset();
  fail_read_after_.reset();
  cut_ = full_ = fail_wal_syncs_ = failed_ = false;
}

}  // namespace trellis::testing
