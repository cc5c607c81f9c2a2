#include "backup/backup_directory.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/file.h>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "backup/files.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/note.h"
#include "proofs/text.h"

namespace trellis::backup {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    names.push_back(entry->path().filename());
  }
  if (!error) return names;
  return Error(absl::StatusCode::kUnavailable, "FILE_UNREADABLE",
               absl::StrCat("cannot read ", directory, ": ", error.message()),
               {{"file", directory}});
}

absl::Status NotFound(absl::string_view what) {
  return Error(absl::StatusCode::kNotFound, "BACKUP_NOT_FOUND", what);
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackupDirectory>> BackupDirectory::Open(const std::string& path,
                                                                       Use use) {
  if (use == Use::kMake) {
    RETURN_IF_ERROR(MakeDirectory(path));
    RETURN_IF_ERROR(SyncDirectory(fs::path(path + "/").parent_path().parent_path()));
    RETURN_IF_ERROR(MakeDirectory(path + "/files"));
    RETURN_IF_ERROR(MakeDirectory(path + "/backups"));
    RETURN_IF_ERROR(SyncDirectory(path));
  }
  std::unique_ptr<BackupDirectory> directory(
      new BackupDirectory(path, open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  if (directory->descriptor_.get() < 0) {
    return NotFound(absl::StrCat("there is no directory ", path, " that can be read"));
  }
  if (use == Use::kList) return directory;
  const int lock = use == Use::kMake ? LOCK_EX : LOCK_SH;
  if (flock(directory->descriptor_.get(), lock | LOCK_NB) == 0) return directory;
  return Error(absl::StatusCode::kFailedPrecondition, "BACKUPS_IN_USE",
               absl::StrCat("a backup is being made in ", path, " or restored from it"),
               {{"directory", path}});
}

absl::StatusOr<std::vector<uint64_t>> BackupDirectory::Numbers() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(path_ + "/backups"));
  std::vector<uint64_t> numbers;
  for (const std::string& name : names) {
    const std::optional<uint64_t> number = proofs::ReadDecimal(name);
    if (number.has_value() && *number > 0) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<Manifest> BackupDirectory::Read(uint64_t number,
                                               absl::Span<const proofs::VerifierKey> keys) const {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, Numbers());
  if (!std::binary_search(numbers.begin(), numbers.end(), number)) {
    return NotFound(absl::StrCat("no backup ", number, " in ", path_, ", which has ",
                                 numbers.empty() ? "none" : absl::StrJoin(numbers, ", ")));
  }
  ASSIGN_OR_RETURN(const std::string note,
                   ReadUpTo(ManifestPath(number), proofs::kNoteBytesMax + 1));
  absl::StatusOr<Manifest> manifest = ReadManifest(note, keys);
  if (manifest.ok() && manifest->number == number) return manifest;
  return Error(
      absl::StatusCode::kDataLoss, "BACKUP_DAMAGED",
      absl::StrCat("backup ", number, " is not what was signed: ", ManifestPath(number), ": ",
                   manifest.ok() ? absl::StrCat("it is of backup ", manifest->number)
                                 : std::string(manifest.status().message())),
      {{"file", ManifestPath(number)}});
}

std::string BackupDirectory::PathOf(const Digest& digest) const {
  return absl::StrCat(path_, "/files/", absl::BytesToHexString(AsBytes(digest)));
}

std::string BackupDirectory::ManifestPath(uint64_t number) const {
  return absl::StrCat(path_, "/backups/", number);
}

absl::Status BackupDirectory::Add(uint64_t number, const std::string& note) {
  RETURN_IF_ERROR(SyncDirectory(path_ + "/files"));
  return WriteSynced(ManifestPath(number), note);
}

absl::Status BackupDirectory::Prune(uint64_t keep, absl::Span<const proofs::VerifierKey> keys) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, Numbers());
  const size_t surplus = keep == 0 || numbers.size() <= keep ? 0 : numbers.size() - keep;
  std::set<std::string> wanted;
  for (size_t i = 0; i < numbers.size(); ++i) {
    ASSIGN_OR_RETURN(const Manifest manifest, Read(numbers[i], keys));
    if (i < surplus) continue;
    for (const ManifestFile& file : manifest.files) {
      wanted.insert(absl::BytesToHexString(AsBytes(file.digest)));
    }
  }
  // Manifests first: none may name a file that is gone.
  for (size_t i = 0; i < surplus; ++i) RETURN_IF_ERROR(RemoveAll(ManifestPath(numbers[i])));
  RETURN_IF_ERROR(SyncDirectory(path_ + "/backups"));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(path_ + "/files"));
  for (const std::string& name : names) {
    if (!wanted.contains(name)) RETURN_IF_ERROR(RemoveAll(absl::StrCat(path_, "/files/", name)));
  }
  return absl::OkStatus();
}

}  // namespace trellis::backup
