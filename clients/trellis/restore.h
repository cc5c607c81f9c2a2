// Makes a data directory of a backup.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "backup/restore.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"

namespace trellis::cli {

// Reads the flags. A usage error says what is missing or wrong.
absl::StatusOr<backup::RestoreOptions> RestoreOptionsOf(const Invocation& invocation);

// Restores, and prints what was made and what to do next; `json`: as one JSON object. On a terminal
// standard error shows how far it is. The keys of the backup come from `key_backups`, trellisd's
// --key-backups; empty: they are left to the caller. The errors of backup::Restore and
// vault::CopyKeyStore.
absl::Status RunRestore(backup::RestoreOptions options, const std::string& key_backups, bool json,
                        const Process& process);

}  // namespace trellis::cli
