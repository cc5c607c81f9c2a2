// The directory of a key store: the few things that are done to its files.
//
// A seam for the tests alone, which have a disk that loses power: RocksDB's does not write in the
// middle of files. Errors name the path: UNAVAILABLE, KEY_STORE_UNREADABLE or KEY_STORE_UNWRITABLE.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace trellis::vault {

// An open file, which goes on being that file when it is renamed or removed. Thread-safe.
class File {
 public:
  virtual ~File() = default;
  virtual absl::StatusOr<uint64_t> Size() const = 0;
  // Up to `bytes_max` bytes from `offset` on; fewer only at the end of the file.
  virtual absl::StatusOr<std::string> Read(uint64_t offset, size_t bytes_max) const = 0;
  // Replaces what is there, or goes on from the end.
  virtual absl::Status Write(uint64_t offset, absl::string_view bytes) = 0;
  // What was written before is there after a power cut.
  virtual absl::Status Sync() = 0;
};

// Names are of files in it, without a path. Not thread-safe.
class Directory {
 public:
  virtual ~Directory() = default;
  // For messages.
  virtual const std::string& path() const = 0;
  // Null if there is no such file.
  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& name) = 0;
  // An empty file, for its owner's eyes alone, in the place of one that is there.
  virtual absl::StatusOr<std::unique_ptr<File>> Create(const std::string& name) = 0;
  // Over a file that is there.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // Nothing if there is none.
  virtual absl::Status Remove(const std::string& name) = 0;
  // Names that were given and taken before are so after a power cut.
  virtual absl::Status Sync() = 0;
};

// The directory at `path`, made for its owner alone if it is not there. Nobody else has it as long
// as the result lives: FAILED_PRECONDITION (KEY_STORE_IN_USE).
absl::StatusOr<std::unique_ptr<Directory>> OpenDirectory(const std::string& path);

}  // namespace trellis::vault
