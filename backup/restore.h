// Makes a data directory of a backup, or nothing.
//
// Operation.   Everything is put into a directory beside the wanted one, synced, and checked: each
//              file against the manifest, and then the whole ledger as audit/ does, records,
//              indexes, tree and checkpoint. Only then it gets its name. Views are not in a backup;
//              the server makes them when it starts.
// The key.     A backup has no private key. A ledger that is restored goes on with its own, which
//              its operator keeps apart; a copy gets one of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "backup/manifest.h"
#include "eventstore/record.h"
#include "proofs/key.h"

namespace trellis::backup {

// A ledger of another name and key, with the same beginning and without subscriptions: to look at
// what was, or to go on beside the first. Under the first one's name it could sign something else
// than what was signed already.
struct CopyAs {
  // As IsLedgerName wants it; not the ledger's own.
  std::string name;
  // The last position that it holds; 0: that of the backup.
  eventstore::Position position = 0;
};

struct RestoreOptions {
  // Where the backups are.
  std::string from;
  // Which of them; 0: the newest.
  uint64_t number = 0;
  // The data directory to make; it is not there, or empty.
  std::string data;
  // The ledger's keys, got from elsewhere: of today, and those before it that may have signed the
  // backup. None: the one that the backup names.
  std::vector<proofs::VerifierKey> keys = {};
  // A checkpoint of the ledger that somebody has seen, as a signed note; the backup must not be
  // older than it, and begin with what it covers. Empty: none.
  std::string seen = {};
  // Makes a copy instead of the ledger itself.
  std::optional<CopyAs> copy = std::nullopt;
  // Leaves out the log of who looked: where that is what is damaged, the rest is still had.
  bool without_access_log = false;
  // Puts what is backed up apart, such as the keys, into this directory, of the backup of this
  // number; before anything else is in it. If it fails, nothing is left.
  std::function<absl::Status(uint64_t, const std::string&)> add = nullptr;
  // Called now and then with what is being done, how much of it is done, and of how much (0: not
  // known).
  std::function<void(const std::string&, uint64_t, uint64_t)> progress = nullptr;
};

struct Restored {
  // Of the backup that was restored.
  Manifest manifest;
  // What was made: the ledger's name, its last position, and its key.
  std::string ledger;
  eventstore::Position position = 0;
  std::optional<proofs::VerifierKey> key;
};

// FAILED_PRECONDITION: RESTORE_TARGET_UNUSABLE (not empty, no directory, a mount point);
// BACKUP_TOO_OLD (it ends before the checkpoint that was seen) and BACKUP_FORKED (it is another
// history), metadata backup, seen: the two sizes. DATA_LOSS (BACKUP_DAMAGED), metadata file.
// INVALID_ARGUMENT (LEDGER_NAME_INVALID; POSITION_WITHIN_COMMIT, POSITION_OUT_OF_RANGE: see
// CutLog). The errors of `add`, of BackupDirectory and files.h, and of a checkpoint that cannot be
// believed.
absl::StatusOr<Restored> Restore(const RestoreOptions& options);

}  // namespace trellis::backup
