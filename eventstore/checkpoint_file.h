// The file that holds the newest signed checkpoint, apart from the log that it is of: a log that
// lost its end, or was changed, does not agree with it.
#pragma once

#include <optional>
#include <rocksdb/env.h>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eventstore/event_log.h"

namespace trellis::eventstore {

// Not thread-safe.
class CheckpointFile {
 public:
  // `env` must outlive it.
  CheckpointFile(rocksdb::Env& env, std::string path) : env_(env), path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // What the file holds; nothing if there is none. UNAVAILABLE (LOG_UNREADABLE) if the disk does
  // not answer.
  absl::StatusOr<std::optional<std::string>> Read() const;

  // Replaces the file by `note`, whole or not at all; synced. UNAVAILABLE (LOG_UNREADABLE).
  absl::Status Write(absl::string_view note) const;

 private:
  absl::Status Failed(const rocksdb::Status& status) const;

  rocksdb::Env& env_;
  const std::string path_;
};

// One at `path`, on the machine's file system.
CheckpointFile CheckpointFileAt(std::string path);

// That of the log in `options.directory`, on its file system.
CheckpointFile CheckpointFileOf(const EventLogOptions& options);

}  // namespace trellis::eventstore
