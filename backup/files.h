// Reading and writing files so that what is there after a power cut is known. Errors name the path:
// UNAVAILABLE, FILE_UNREADABLE of what is read, FILE_UNWRITABLE of what is written.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace trellis::backup {

// What was read of a file.
struct Copied {
  Digest digest{};
  uint64_t bytes = 0;
};

// Told how many bytes more were copied, after each MiB and at the end of a file; an error stops.
using CopyProgress = absl::FunctionRef<absl::Status(uint64_t)>;

// Copies the file `from` to `to`, for its owner's eyes alone, and syncs it, not its directory. What
// is at `to` is replaced.
absl::StatusOr<Copied> CopySynced(const std::string& from, const std::string& to,
                                  CopyProgress progress);

// Makes or replaces the file, whole or not at all, and syncs it and its directory.
absl::Status WriteSynced(const std::string& path, absl::string_view bytes);

// The bytes of a file, but no more than `bytes_max`.
absl::StatusOr<std::string> ReadUpTo(const std::string& path, size_t bytes_max);

// Renames, over a file or empty directory that is there; syncs nothing.
absl::Status Rename(const std::string& from, const std::string& to);

// Makes the directory, for its owner alone, and those above it, if it is not there.
absl::Status MakeDirectory(const std::string& path);
absl::Status SyncDirectory(const std::string& path);

// Removes the file, or the directory with all that is in it; nothing if there is none.
absl::Status RemoveAll(const std::string& path);

}  // namespace trellis::backup
