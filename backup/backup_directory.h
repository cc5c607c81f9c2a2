// A directory with the backups of one ledger.
//
//   files/SHA256     the files of all backups, each once, named by its digest in hex
//   backups/NUMBER   the signed manifest of a backup, written last: what has none is no backup
//
// Nothing in it is ever changed, so that a copy of it by any means, newest manifest last, is one
// too. All of it is for its owner's eyes alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "backup/manifest.h"
#include "base/digest.h"
#include "base/file_descriptor.h"
#include "proofs/key.h"

namespace trellis::backup {

// Not thread-safe. Errors of the disk are those of files.h.
class BackupDirectory {
 public:
  enum class Use {
    kList,     // Goes beside anything.
    kRestore,  // Files stay while it is open.
    kMake      // One at a time; makes the directory.
  };

  // FAILED_PRECONDITION (BACKUPS_IN_USE) if another use is in its way; NOT_FOUND
  // (BACKUP_NOT_FOUND) if there is no such directory.
  static absl::StatusOr<std::unique_ptr<BackupDirectory>> Open(const std::string& path, Use use);

  const std::string& path() const { return path_; }

  // Those that are whole, the oldest first.
  absl::StatusOr<std::vector<uint64_t>> Numbers() const;

  // The manifest of a backup: see ReadManifest. NOT_FOUND (BACKUP_NOT_FOUND), with those that are
  // there; DATA_LOSS (BACKUP_DAMAGED), metadata file.
  absl::StatusOr<Manifest> Read(uint64_t number, absl::Span<const proofs::VerifierKey> keys) const;

  // Where the file with this digest is, or is to be put.
  std::string PathOf(const Digest& digest) const;
  // Where a file is until its digest is known.
  std::string IncomingPath() const { return path_ + "/files/incoming"; }

  // Makes what was put under files/ a backup.
  absl::Status Add(uint64_t number, const std::string& note);

  // Removes manifests until `keep` are left (0: none), and the files that no manifest names. With
  // one that cannot be believed nothing is removed: BACKUP_DAMAGED.
  absl::Status Prune(uint64_t keep, absl::Span<const proofs::VerifierKey> keys);

 private:
  BackupDirectory(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  std::string ManifestPath(uint64_t number) const;

  const std::string path_;
  // Of the directory itself; holds the lock.
  const FileDescriptor descriptor_;
};

}  // namespace trellis::backup
