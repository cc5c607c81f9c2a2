#include "backup/make_backup.h"

#include <filesystem>
#include <map>
#include <sys/stat.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "backup/backup_directory.h"
#include "backup/files.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace trellis::backup {
namespace {

// Those whose backups these are.
std::vector<proofs::VerifierKey> KeysOf(const MakeOptions& options) {
  std::vector<proofs::VerifierKey> keys = options.known_keys;
  keys.push_back(options.key.verifier());
  return keys;
}

namespace fs = std::filesystem;

// Linking writes what the log has in memory to its disk, up to 96 MiB, and copies its write-ahead
// log, up to 64 MiB. A log that finds no room takes no more commits: rather no backup.
constexpr uint64_t kLinkRoomBytes = uint64_t{256} << 20;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// What is removed whatever comes.
class Links {
 public:
  explicit Links(std::string path) : path_(std::move(path)) {}
  ~Links() {
    if (const absl::Status removed = RemoveAll(path_); !removed.ok()) {
      Log("backup.links_left", {{"cause", std::string(removed.message())}});
    }
  }
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

 private:
  const std::string path_;
};

absl::Status CheckRoom(const std::string& links) {
  std::error_code error;
  const fs::space_info space = fs::space(fs::path(links).parent_path(), error);
  if (error || space.available >= kLinkRoomBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "BACKUP_NO_ROOM",
               absl::StrCat("the ledger's disk has room for ", space.available, " bytes, want ",
                            kLinkRoomBytes, " while files are linked"),
               {{"available", absl::StrCat(space.available)}});
}

// The files under `root`, in the order of their paths, without digests.
absl::StatusOr<std::vector<ManifestFile>> FilesUnder(const std::string& root) {
  std::map<std::string, ManifestFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    struct stat found;
    if (stat(entry->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    const std::string path = fs::relative(entry->path(), root);
    files[path] = {
        .path = path,
        .digest = {},
        .bytes = static_cast<uint64_t>(found.st_size),
        .modified_nanos = found.st_mtim.tv_sec * kNanosPerSecond + found.st_mtim.tv_nsec};
  }
  if (error) {
    return Error(absl::StatusCode::kUnavailable, "FILE_UNREADABLE",
                 absl::StrCat("cannot read ", root, ": ", error.message()), {{"file", root}});
  }
  std::vector<ManifestFile> list;
  for (auto& [path, file] : files) list.push_back(std::move(file));
  return list;
}

// One backup that is being made.
class Making {
 public:
  Making(const MakeOptions& options, const BackupDirectory& directory)
      : options_(options), directory_(directory) {}

  // Copies the ledger as it is linked, and says what the backup consists of.
  absl::StatusOr<Manifest> Run(const std::vector<uint64_t>& before, absl::Time now) {
    RETURN_IF_ERROR(RememberNewest(before));
    manifest_.ledger = options_.key.verifier().name();
    manifest_.number = before.empty() ? 1 : before.back() + 1;
    manifest_.time = absl::FromUnixMicros(absl::ToUnixMicros(now));
    ASSIGN_OR_RETURN(const auto checkpoint, options_.link(options_.links));
    manifest_.position = checkpoint->size;
    manifest_.root = checkpoint->root;
    RETURN_IF_ERROR(
        WriteSynced(absl::StrCat(options_.links, "/", kCheckpointPath), checkpoint->note));
    ASSIGN_OR_RETURN(manifest_.files, FilesUnder(options_.links));
    progress_.files = manifest_.files.size();
    progress_.bytes = manifest_.bytes();
    for (ManifestFile& file : manifest_.files) {
      RETURN_IF_ERROR(Take(file));
      ++progress_.files_done;
      RETURN_IF_ERROR(Tell(0));
    }
    return std::move(manifest_);
  }

 private:
  // A newest backup that cannot be believed saves no copying, and is no reason not to make one. One
  // that somebody else signed is: the numbers of two ledgers would be mixed.
  absl::Status RememberNewest(const std::vector<uint64_t>& before) {
    if (before.empty()) return absl::OkStatus();
    const auto newest = directory_.Read(before.back(), KeysOf(options_));
    if (newest.ok()) {
      for (const ManifestFile& file : newest->files) known_[file.path] = file;
      return absl::OkStatus();
    }
    const auto foreign = directory_.Read(before.back(), {});
    if (!foreign.ok()) {
      Log("backup.damaged", {{"why", std::string(newest.status().message())}});
      return absl::OkStatus();
    }
    return Error(absl::StatusCode::kFailedPrecondition, "BACKUPS_FOREIGN",
                 absl::StrCat(directory_.path(), " holds backups of ", foreign->key->ToString(),
                              ", want those of ", options_.key.verifier().ToString()),
                 {{"directory", directory_.path()}});
  }

  absl::Status Tell(uint64_t bytes) {
    progress_.bytes_done += bytes;
    return options_.progress ? options_.progress(progress_) : absl::OkStatus();
  }

  bool IsThere(const ManifestFile& file) const {
    std::error_code error;
    return fs::file_size(directory_.PathOf(file.digest), error) == file.bytes && !error;
  }

  // Sees to it that the directory has the file, and sets its digest.
  absl::Status Take(ManifestFile& file) {
    const auto known = known_.find(file.path);
    if (known != known_.end() && known->second.bytes == file.bytes &&
        known->second.modified_nanos == file.modified_nanos && IsThere(known->second)) {
      file.digest = known->second.digest;
      return Tell(file.bytes);
    }
    ASSIGN_OR_RETURN(
        const Copied copied,
        CopySynced(absl::StrCat(options_.links, "/", file.path), directory_.IncomingPath(),
                   [this](uint64_t bytes) { return Tell(bytes); }));
    file.digest = copied.digest;
    file.bytes = copied.bytes;
    // One that was copied by a backup that came to no end, or that two paths share.
    if (IsThere(file)) return absl::OkStatus();
    ++manifest_.copied_files;
    manifest_.copied_bytes += copied.bytes;
    return Rename(directory_.IncomingPath(), directory_.PathOf(file.digest));
  }

  const MakeOptions& options_;
  const BackupDirectory& directory_;
  // Of the newest backup, by path.
  std::map<std::string, ManifestFile> known_;
  Manifest manifest_;
  Progress progress_;
};

// Makes a backup of what was copied.
absl::Status Sign(Manifest& manifest, const proofs::SignerKey& key, BackupDirectory& directory) {
  ASSIGN_OR_RETURN(const std::string note, SignManifest(manifest, key));
  return directory.Add(manifest.number, note);
}

}  // namespace

absl::StatusOr<Manifest> MakeBackup(const MakeOptions& options, const Clock& clock) {
  ASSIGN_OR_RETURN(const auto directory,
                   BackupDirectory::Open(options.directory, BackupDirectory::Use::kMake));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> before, directory->Numbers());
  RETURN_IF_ERROR(CheckRoom(options.links));
  RETURN_IF_ERROR(RemoveAll(options.links));
  const Links links(options.links);
  RETURN_IF_ERROR(MakeDirectory(options.links));
  absl::StatusOr<Manifest> manifest = Making(options, *directory).Run(before, clock.Now());
  if (manifest.ok()) {
    const absl::Status added = Sign(*manifest, options.key, *directory);
    if (!added.ok()) manifest = added;
  }
  // One that came to nothing leaves nothing: the next one needs the room.
  const absl::Status pruned = directory->Prune(manifest.ok() ? options.keep : 0, KeysOf(options));
  if (!pruned.ok()) Log("backup.not_pruned", {{"why", std::string(pruned.message())}});
  return manifest;
}

}  // namespace trellis::backup
