#include "witness/state_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/status_macros.h"
#include "proofs/checkpoint.h"
#include "proofs/note.h"

namespace trellis::witness {
namespace {

using proofs::VerifierKey;

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr char kOwnerFile[] = "witness";
constexpr char kTemporary[] = ".tmp";
constexpr size_t kHashDigits = 64;

absl::Status Refused(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::Status Unwritable(absl::string_view path, absl::string_view what, int error) {
  return Error(absl::StatusCode::kUnavailable, "WITNESS_STATE_UNWRITABLE",
               absl::StrCat("witness state ", path, ": ", what, ": ", std::strerror(error)));
}

bool IsOriginHash(absl::string_view name) {
  return name.size() == kHashDigits &&
         name.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

absl::StatusOr<std::vector<std::string>> OriginHashesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (IsOriginHash(name)) names.push_back(std::move(name));
  }
  if (error) return Unwritable(path, "list", error.value());
  return names;
}

// The checkpoint in the file `name`. The cosignature covers every byte that is read from it, and
// nobody but this witness can make it.
absl::StatusOr<Cosigned> ReadCosigned(const std::string& name, std::string bytes,
                                      const VerifierKey& witness) {
  ASSIGN_OR_RETURN(const proofs::Note note, proofs::ParseNote(bytes));
  ASSIGN_OR_RETURN(const proofs::Checkpoint checkpoint, proofs::ParseCheckpoint(note.text));
  ASSIGN_OR_RETURN(const std::vector<bool> cosigned, proofs::VerifySignatures(note, {witness}));
  if (!cosigned.front()) {
    return absl::InvalidArgumentError(absl::StrCat("has no cosignature of ", witness.ToString()));
  }
  if (OriginHash(checkpoint.origin) != name) {
    return absl::InvalidArgumentError(absl::StrCat("is of another log: ", checkpoint.origin));
  }
  return Cosigned{{checkpoint.size, checkpoint.root}, std::move(bytes)};
}

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) != 0) {
    return errno == EEXIST ? absl::OkStatus() : Unwritable(path, "create", errno);
  }
  // Lost with its name, the directory would take with it all that was synced within.
  const std::filesystem::path above = std::filesystem::absolute(path + "/..").lexically_normal();
  const FileDescriptor parent(open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || fsync(parent.get()) != 0) return Unwritable(path, "sync above", errno);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateDirectory>> StateDirectory::Create(const std::string& path,
                                                                       const VerifierKey& witness) {
  RETURN_IF_ERROR(MakeDirectory(path));
  ASSIGN_OR_RETURN(std::unique_ptr<StateDirectory> state, Lock(path));
  ASSIGN_OR_RETURN(const std::vector<std::string> hashes, OriginHashesIn(path));
  if (!hashes.empty()) {
    return Refused("WITNESS_STATE_FOREIGN",
                   absl::StrCat("witness state ", path, " holds ", hashes.size(),
                                " checkpoints of another key, want an empty directory for a new "
                                "one"));
  }
  RETURN_IF_ERROR(state->Write(kOwnerFile, absl::StrCat(witness.ToString(), "\n")));
  return state;
}

absl::StatusOr<std::unique_ptr<StateDirectory>> StateDirectory::Open(const std::string& path,
                                                                     const VerifierKey& witness) {
  ASSIGN_OR_RETURN(std::unique_ptr<StateDirectory> state, Lock(path));
  RETURN_IF_ERROR(state->CheckOwner(witness));
  RETURN_IF_ERROR(state->Load(witness));
  // A process that was killed may have renamed a file and not synced the name. From here on what
  // was found counts, and is served.
  if (fsync(state->descriptor_) != 0) return Unwritable(path, "fsync directory", errno);
  return state;
}

StateDirectory::~StateDirectory() { close(descriptor_); }

absl::StatusOr<std::unique_ptr<StateDirectory>> StateDirectory::Lock(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) {
    return Refused("WITNESS_STATE_MISSING", absl::StrCat("witness state ", path,
                                                         " does not exist, but its key does: is a "
                                                         "disk not mounted?"));
  }
  if (descriptor < 0) return Unwritable(path, "open", errno);
  std::unique_ptr<StateDirectory> state(new StateDirectory(path, descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return state;
  if (errno != EWOULDBLOCK) return Unwritable(path, "lock", errno);
  return Refused("WITNESS_STATE_IN_USE",
                 absl::StrCat("witness state ", path, " is used by another process"));
}

absl::Status StateDirectory::CheckOwner(const VerifierKey& witness) const {
  const absl::StatusOr<std::string> owner = Read(kOwnerFile);
  if (absl::IsNotFound(owner.status())) {
    return Refused("WITNESS_STATE_MISSING",
                   absl::StrCat("witness state ", path_, " is not that of ", witness.ToString(),
                                ": it has no file ", kOwnerFile, "; is a disk not mounted?"));
  }
  RETURN_IF_ERROR(owner.status());
  if (*owner == absl::StrCat(witness.ToString(), "\n")) return absl::OkStatus();
  return Refused("WITNESS_STATE_FOREIGN",
                 absl::StrCat("witness state ", path_, " is not that of ", witness.ToString(),
                              ": its file ", kOwnerFile, " names another key"));
}

absl::Status StateDirectory::Load(const VerifierKey& witness) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, OriginHashesIn(path_));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(std::string bytes, Read(name));
    absl::StatusOr<Cosigned> cosigned = ReadCosigned(name, std::move(bytes), witness);
    if (!cosigned.ok()) {
      return Error(absl::StatusCode::kDataLoss, "WITNESS_STATE_DAMAGED",
                   absl::StrCat("witness state ", path_, "/", name,
                                " is no checkpoint that this witness cosigned: ",
                                cosigned.status().message()));
    }
    found_.emplace(name, *std::move(cosigned));
  }
  return absl::OkStatus();
}

absl::Status StateDirectory::Save(const std::string& origin_hash, absl::string_view note) const {
  return Write(origin_hash, note);
}

absl::Status StateDirectory::Failed(absl::string_view name, absl::string_view what) const {
  return Unwritable(absl::StrCat(path_, "/", name), what, errno);
}

absl::Status StateDirectory::Write(const std::string& name, absl::string_view bytes) const {
  const std::string temporary = name + kTemporary;
  // Never one that is there: a sync that failed may have left its pages marked as written.
  if (unlinkat(descriptor_, temporary.c_str(), 0) != 0 && errno != ENOENT) {
    return Failed(temporary, "remove");
  }
  const FileDescriptor file(
      openat(descriptor_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (file.get() < 0) return Failed(temporary, "create");
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(temporary, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(file.get()) != 0) return Failed(temporary, "fsync");
  if (renameat(descriptor_, temporary.c_str(), descriptor_, name.c_str()) != 0) {
    return Failed(name, "rename");
  }
  if (fsync(descriptor_) != 0) return Failed(name, "fsync directory");
  return absl::OkStatus();
}

absl::StatusOr<std::string> StateDirectory::Read(const std::string& name) const {
  // Not to wait for ever at a named pipe.
  const FileDescriptor file(openat(descriptor_, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return absl::NotFoundError(name);
  if (file.get() < 0) return Failed(name, "open");
  // One byte more than any note has: what is larger is then refused as one.
  std::string bytes(proofs::kNoteBytesMax + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(name, "read");
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace trellis::witness
