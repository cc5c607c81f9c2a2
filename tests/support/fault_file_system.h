// A disk that fails when a test says so: for RocksDB, over real files.
//
// It keeps count of what was synced. Bytes that were appended to a file may be lost at a power cut
// unless the file was synced; files that were created, renamed or deleted may be as before unless
// their directory was. What is lost is the newest part, cut at any byte, as with a file system that
// keeps a journal; of what is left of the write-ahead log, sectors may be zeros. Nothing is really
// synced, so it is fast.
#pragma once

#include <cstdint>
#include <memory>
#include <rocksdb/env.h>
#include <string>

namespace trellis::testing {

class FaultDisk;
enum class DiskFault;

// Thread-safe, but for Restart.
class FaultFileSystem {
 public:
  // `trash` is an empty directory on the same disk as the files; it must outlive this.
  explicit FaultFileSystem(const std::string& trash);
  ~FaultFileSystem();

  // Owned by this.
  rocksdb::Env* env() { return env_.get(); }

  // How often the write-ahead log was synced.
  int wal_syncs() const;

  // From now on syncs of the write-ahead log wait, until ReleaseWalSyncs.
  void HoldWalSyncs();
  // Blocks until one waits.
  void AwaitHeldWalSync();
  void ReleaseWalSyncs();

  // From now on, until Restart: syncs of the write-ahead log fail; nothing can be appended.
  void FailWalSyncs();
  void FillDisk();
  void FreeDisk();

  // One call fails: the next change of the disk but `more`, or the next read but `more`. The others
  // work.
  void FailCallAfter(uint64_t more, DiskFault fault);
  void FailReadAfter(uint64_t more);
  // Whether it has, since Restart.
  bool has_failed() const;

  // Cuts the power at the next change of the disk but `more`: it and all later ones fail.
  void CutPowerAfter(uint64_t more);
  bool power_is_cut() const;

  // Loses a part, which `seed` chooses, of what was not synced, and mends every fault. Whatever
  // used the disk must be closed.
  void Restart(uint64_t seed);

 private:
  const std::shared_ptr<FaultDisk> disk_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace trellis::testing
