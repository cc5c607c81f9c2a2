// Makes a backup of a ledger that is being served.
//
// Operation.   Links the stores' files (queue first, so that no cursor is ahead of the log; who
//              looked last, so that no anchor is ahead of it), copies what the directory does not
//              have yet, and writes the signed manifest last. A file that is in the newest backup
//              under the same path, with the same size and the time of its last change to the
//              nanosecond, is not even read: files of sorted rows never change.
// Durability.  Once it returns OK, the backup is synced. Before, there is none: what was copied is
//              removed, and after a crash used by the next one, or removed by it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "backup/manifest.h"
#include "base/clock.h"
#include "eventstore/event_log.h"
#include "proofs/key.h"

namespace trellis::backup {

// How far a backup or restore is.
struct Progress {
  uint64_t files_done = 0;
  uint64_t files = 0;
  uint64_t bytes_done = 0;
  uint64_t bytes = 0;
};

struct MakeOptions {
  // Where backups are; made if missing.
  std::string directory;
  // Where links are made meanwhile: a path on the ledger's disk. What is there is removed.
  std::string links;
  // The ledger's key, whose name is the ledger's. Must outlive the call.
  const proofs::SignerKey& key;
  // Keys that may have signed older backups, besides `key`.
  std::vector<proofs::VerifierKey> known_keys = {};
  // How many backups are kept, this one included; 0: all.
  uint64_t keep = 0;
  // Makes `queue/`, `log/` and `access/`, in this order, in the directory of this path: see
  // EventLog::LinkTo.
  std::function<absl::StatusOr<std::shared_ptr<const eventstore::SignedCheckpoint>>(
      const std::string&)>
      link;
  // Called now and then; an error ends the backup with it. Null: nobody asks.
  std::function<absl::Status(const Progress&)> progress = nullptr;
};

// The manifest of the backup that was made. BACKUPS_IN_USE, BACKUP_TOO_LARGE; RESOURCE_EXHAUSTED
// (BACKUP_NO_ROOM) if the ledger's disk has not 256 MiB left; FAILED_PRECONDITION
// (BACKUPS_FOREIGN) if the newest is of another ledger; errors of `link` and `progress`, and of
// files.h. What could not be removed of older ones is logged, and no error.
absl::StatusOr<Manifest> MakeBackup(const MakeOptions& options, const Clock& clock);

}  // namespace trellis::backup
