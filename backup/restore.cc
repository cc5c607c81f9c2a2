#include "backup/restore.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "audit/ledger_check.h"
#include "backup/backup_directory.h"
#include "backup/files.h"
#include "base/error.h"
#include "base/ledger_name.h"
#include "base/report.h"
#include "base/status_macros.h"
#include "eventstore/checkpoints.h"
#include "eventstore/cut_log.h"
#include "eventstore/database.h"
#include "eventstore/log_tree.h"
#include "eventstore/recovery.h"
#include "proofs/key_file.h"

namespace trellis::backup {
namespace {

namespace fs = std::filesystem;
using eventstore::Database;
using eventstore::Position;

absl::Status Damaged(const std::string& file, absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "BACKUP_DAMAGED",
               absl::StrCat("the backup is damaged: ", file, " ", what), {{"file", file}});
}

// Said before the work, not after it.
absl::Status CheckTarget(const fs::path& data) {
  const auto refused = [&](absl::string_view why) {
    return Error(absl::StatusCode::kFailedPrecondition, "RESTORE_TARGET_UNUSABLE",
                 absl::StrCat(data.string(), " ", why, ", want a new or an empty directory"),
                 {{"directory", data.string()}});
  };
  struct stat found;
  struct stat above;
  if (stat(data.c_str(), &found) != 0) return absl::OkStatus();
  std::error_code error;
  if (!S_ISDIR(found.st_mode)) return refused("is no directory");
  if (!fs::is_empty(data, error)) return refused("is not empty");
  if (stat(data.parent_path().c_str(), &above) == 0 && above.st_dev != found.st_dev) {
    // What is beside it is on another disk, and nothing can take its name.
    return refused("is a mount point");
  }
  return absl::OkStatus();
}

absl::Status CheckCopyName(const CopyAs& copy, const std::string& ledger) {
  if (IsLedgerName(copy.name) && copy.name != ledger) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "LEDGER_NAME_INVALID",
               absl::StrCat("a copy of ledger ", ledger, " got the name \"", copy.name,
                            "\", want another: 1 to 100 letters, digits, dots and hyphens"),
               {{"ledger", ledger}});
}

absl::Status Differs(const char* reason, Position backup, const proofs::Checkpoint& seen,
                     absl::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, reason,
               absl::StrCat("the backup holds ", backup, " events, the checkpoint that was seen ",
                            seen.size, ": ", why),
               {{"backup", absl::StrCat(backup)}, {"seen", absl::StrCat(seen.size)}});
}

bool IsOfAccessLog(const ManifestFile& file) { return absl::StartsWith(file.path, "access/"); }

// One restore into one directory.
class Restoring {
 public:
  Restoring(const RestoreOptions& options, const BackupDirectory& directory, std::string target)
      : options_(options), directory_(directory), target_(std::move(target)) {}

  absl::StatusOr<Restored> Run() {
    RETURN_IF_ERROR(ReadBackup());
    // First: what is wrong with it is said before the long work, not after it.
    if (options_.add) RETURN_IF_ERROR(options_.add(manifest_.number, target_));
    RETURN_IF_ERROR(CopyFiles());
    RETURN_IF_ERROR(WritePublicKey(*manifest_.key));
    RETURN_IF_ERROR(CheckWhole(manifest_.ledger, *manifest_.key));
    RETURN_IF_ERROR(CheckHistory());
    Restored restored{.manifest = manifest_,
                      .ledger = manifest_.ledger,
                      .position = manifest_.position,
                      .key = manifest_.key};
    if (options_.copy.has_value()) RETURN_IF_ERROR(MakeCopy(restored));
    RETURN_IF_ERROR(SyncDirectory(target_));
    return restored;
  }

 private:
  absl::Status ReadBackup() {
    uint64_t number = options_.number;
    if (number == 0) {
      ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, directory_.Numbers());
      number = numbers.empty() ? 1 : numbers.back();
    }
    ASSIGN_OR_RETURN(manifest_, directory_.Read(number, options_.keys));
    if (options_.copy.has_value()) {
      RETURN_IF_ERROR(CheckCopyName(*options_.copy, manifest_.ledger));
    }
    if (options_.seen.empty()) return absl::OkStatus();
    std::vector<proofs::VerifierKey> keys = options_.keys;
    keys.push_back(*manifest_.key);
    ASSIGN_OR_RETURN(seen_, eventstore::BelievedCheckpoint(options_.seen, manifest_.ledger, keys));
    if (seen_->size <= manifest_.position) return absl::OkStatus();
    return Differs("BACKUP_TOO_OLD", manifest_.position, *seen_,
                   "what came between would be lost, and something else be signed in its place");
  }

  absl::Status CopyFiles() {
    const uint64_t bytes = manifest_.bytes();
    uint64_t done = 0;
    RETURN_IF_ERROR(MakeDirectory(target_ + "/log"));
    RETURN_IF_ERROR(MakeDirectory(target_ + "/queue"));
    if (HasAccessLog()) RETURN_IF_ERROR(MakeDirectory(target_ + "/access"));
    for (const ManifestFile& file : manifest_.files) {
      if (options_.without_access_log && IsOfAccessLog(file)) continue;
      const std::string stored = directory_.PathOf(file.digest);
      const std::string what = absl::StrCat("(", file.path, ")");
      std::error_code error;
      if (!fs::is_regular_file(stored, error)) {
        return Damaged(stored, absl::StrCat(what, " is missing"));
      }
      ASSIGN_OR_RETURN(const Copied copied,
                       CopySynced(stored, target_ + "/" + file.path, [&](uint64_t more) {
                         Tell("files", done += more, bytes);
                         return absl::OkStatus();
                       }));
      if (copied.bytes != file.bytes) {
        return Damaged(stored,
                       absl::StrCat(what, " has ", copied.bytes, " bytes, want ", file.bytes));
      }
      if (copied.digest != file.digest) {
        return Damaged(stored, absl::StrCat(what, " has another digest"));
      }
    }
    RETURN_IF_ERROR(SyncDirectory(target_ + "/log"));
    if (HasAccessLog()) RETURN_IF_ERROR(SyncDirectory(target_ + "/access"));
    return SyncDirectory(target_ + "/queue");
  }

  // One that was made before backups had it has none.
  bool HasAccessLog() const {
    return !options_.without_access_log &&
           std::any_of(manifest_.files.begin(), manifest_.files.end(), IsOfAccessLog);
  }

  absl::Status WritePublicKey(const proofs::VerifierKey& key) const {
    return WriteSynced(target_ + "/signing.pub", key.ToString() + "\n");
  }

  // Every row of the log is what was written, and the checkpoint is the key's.
  absl::Status CheckWhole(const std::string& ledger, const proofs::VerifierKey& key) const {
    ASSIGN_OR_RETURN(
        const Report report,
        audit::CheckLedger({.data = target_,
                            .ledger = ledger,
                            .keys = {key},
                            .with_access_log = HasAccessLog() && ledger == manifest_.ledger,
                            .progress = options_.progress}));
    if (report.holds()) return absl::OkStatus();
    return Damaged(directory_.path(),
                   absl::StrCat("holds a ledger that does not hold: ", report.findings.count(),
                                " findings, first: ", report.findings.kept().front()));
  }

  // The ledger ends where the manifest says, and begins as it did when somebody saw it.
  absl::Status CheckHistory() const {
    ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                     Database::OpenReadOnly(LogOptions(manifest_.ledger)));
    ASSIGN_OR_RETURN(const eventstore::LogEnd end, eventstore::FindEnd(*database));
    ASSIGN_OR_RETURN(const Digest root, eventstore::RootOfFirst(*database, end.last_position));
    if (end.last_position != manifest_.position || root != manifest_.root) {
      return Damaged(
          directory_.path(),
          absl::StrCat("holds ", end.last_position, " events with the root ",
                       absl::BytesToHexString(AsBytes(root)), ", want ", manifest_.position,
                       " with ", absl::BytesToHexString(AsBytes(manifest_.root))));
    }
    if (!seen_.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Digest then, eventstore::RootOfFirst(*database, seen_->size));
    if (then == seen_->root) return absl::OkStatus();
    return Differs("BACKUP_FORKED", manifest_.position, *seen_,
                   "both are signed, and they are two histories; keep them for study");
  }

  absl::Status MakeCopy(Restored& restored) const {
    const std::string& name = options_.copy->name;
    if (options_.copy->position != 0) restored.position = options_.copy->position;
    Tell("the log, to be cut", 0, 0);
    RETURN_IF_ERROR(RemoveAll(target_ + "/queue"));
    // Who looked at the ledger is not who looked at its copy, and has its name in the chain.
    RETURN_IF_ERROR(RemoveAll(target_ + "/access"));
    RETURN_IF_ERROR(eventstore::CutLog(LogOptions(manifest_.ledger), restored.position, name));
    ASSIGN_OR_RETURN(const proofs::SignerKey key,
                     proofs::SignerKey::Generate(name, proofs::KeyType::kNote));
    RETURN_IF_ERROR(proofs::WriteKeyFile(target_ + "/signing.key", key));
    RETURN_IF_ERROR(WritePublicKey(key.verifier()));
    RETURN_IF_ERROR(SignEnd(key, restored.position));
    restored.ledger = name;
    restored.key = key.verifier();
    return CheckWhole(name, key.verifier());
  }

  absl::Status SignEnd(const proofs::SignerKey& key, Position position) const {
    const eventstore::EventLogOptions log = LogOptions(key.verifier().name());
    ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, Database::OpenReadOnly(log));
    ASSIGN_OR_RETURN(const Digest root, eventstore::RootOfFirst(*database, position));
    return CheckpointFileOf(log).Write(eventstore::SignCheckpoint(key, position, root).note);
  }

  eventstore::EventLogOptions LogOptions(const std::string& ledger) const {
    return {.directory = target_ + "/log", .ledger = ledger};
  }
  void Tell(const std::string& what, uint64_t done, uint64_t of) const {
    if (options_.progress) options_.progress(what, done, of);
  }

  const RestoreOptions& options_;
  const BackupDirectory& directory_;
  const std::string target_;
  Manifest manifest_;
  std::optional<proofs::Checkpoint> seen_;
};

}  // namespace

absl::StatusOr<Restored> Restore(const RestoreOptions& options) {
  // Also `data/` and `.` have a name, and something beside them.
  const fs::path data = (fs::absolute(options.data) / "").lexically_normal().parent_path();
  RETURN_IF_ERROR(CheckTarget(data));
  ASSIGN_OR_RETURN(const auto directory,
                   BackupDirectory::Open(options.from, BackupDirectory::Use::kRestore));
  const std::string target = data.string() + ".restoring";
  RETURN_IF_ERROR(RemoveAll(target));
  RETURN_IF_ERROR(MakeDirectory(target));
  absl::StatusOr<Restored> restored = Restoring(options, *directory, target).Run();
  if (restored.ok()) {
    const absl::Status named = Rename(target, data);
    if (named.ok()) RETURN_IF_ERROR(SyncDirectory(data.parent_path()));
    if (!named.ok()) restored = named;
  }
  // What cannot be removed now is removed by the next try.
  if (!restored.ok()) RemoveAll(target).IgnoreError();
  return restored;
}

}  // namespace trellis::backup
