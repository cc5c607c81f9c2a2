// Directories in memory on a disk that loses power.
//
// What a power cut takes: of the bytes that were written and not synced any sectors, in any order;
// of the names that were given or taken and not synced all from one of them on. A sector is written
// whole or not at all. So it is with a file system that keeps a journal of its names.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "vault/directory.h"

namespace trellis::vault::testing {

inline constexpr size_t kSectorBytes = 512;

// A file's bytes, whatever its name.
struct DiskFile {
  std::string now;
  // What is surely on the disk.
  std::string synced;
};

// Must outlive its directories. Not thread-safe.
class CrashDisk {
 public:
  // Whoever gave it to a store: after Restart nothing is open.
  std::unique_ptr<Directory> OpenDirectory(const std::string& path);

  // The change with this number, counted from 1 since the last Restart, and all later ones fail;
  // 0: none.
  void CutPowerAt(uint64_t change) { cut_at_ = change; }
  bool power_is_cut() const { return cut_; }
  uint64_t changes() const { return changes_; }
  // The change with this number alone fails.
  void FailChange(uint64_t change) { fail_at_ = change; }

  // Loses what `random` chooses of what was not synced; everything works again.
  void Restart(std::mt19937_64& random);

  // All bytes that are on the disk: of files that have a name, as they are now and as they were
  // synced.
  std::string AllBytes() const;

  // For the directories.
  using Names = std::map<std::string, std::shared_ptr<DiskFile>>;
  absl::Status Change(absl::string_view what);
  // Notes the names as they were before a change of them.
  void NoteNames() { earlier_names_.push_back(names_); }
  void SyncNames() { earlier_names_.clear(); }
  Names& names() { return names_; }

 private:
  // By path.
  Names names_;
  // Before each change that is not synced, the oldest first.
  std::vector<Names> earlier_names_;
  uint64_t changes_ = 0;
  uint64_t cut_at_ = 0;
  uint64_t fail_at_ = 0;
  bool cut_ = false;
};

}  // namespace trellis::vault::testing
