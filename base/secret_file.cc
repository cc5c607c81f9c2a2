#include "base/secret_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/status_macros.h"

namespace trellis {
namespace {

constexpr mode_t kOwnerOnly = 0600;

absl::Status Failed(absl::string_view path, absl::string_view what, int error) {
  return Error(absl::StatusCode::kUnavailable, "KEY_FILE_UNREADABLE",
               absl::StrCat("key file ", path, ": ", what, ": ", std::strerror(error)));
}

absl::Status Exposed(absl::string_view path, absl::string_view got) {
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE_EXPOSED",
               absl::StrCat("key file ", path, " ", got));
}

absl::Status CheckOwnerOnly(absl::string_view path, const struct stat& found) {
  if (!S_ISREG(found.st_mode)) return Exposed(path, "is no regular file");
  if (found.st_uid != geteuid()) {
    return Exposed(path, absl::StrCat("belongs to user ", found.st_uid, ", want ", geteuid()));
  }
  const mode_t mode = found.st_mode & 07777;
  if (mode != kOwnerOnly) {
    return Exposed(path, absl::StrFormat("has mode %04o, want 0600", mode));
  }
  return absl::OkStatus();
}

absl::Status WriteAll(absl::string_view path, int descriptor, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(path, "write", errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(descriptor) != 0) return Failed(path, "fsync", errno);
  return absl::OkStatus();
}

absl::Status SyncDirectoryOf(absl::string_view path) {
  const std::filesystem::path parent = std::filesystem::path(std::string(path)).parent_path();
  const FileDescriptor directory(
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return Failed(path, "open directory", errno);
  if (fsync(directory.get()) != 0) return Failed(path, "fsync directory", errno);
  return absl::OkStatus();
}

}  // namespace

// All of its memory: a string that was moved from may hold a short text still.
SecretText::~SecretText() { OPENSSL_cleanse(text_.data(), text_.capacity()); }

absl::StatusOr<SecretText> ReadSecretFile(absl::string_view path) {
  // Not to wait for ever at a named pipe.
  const FileDescriptor file(open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) {
    return Error(absl::StatusCode::kNotFound, "KEY_FILE_MISSING",
                 absl::StrCat("key file ", path, " does not exist"));
  }
  if (file.get() < 0) return Failed(path, "open", errno);
  struct stat found;
  if (fstat(file.get(), &found) != 0) return Failed(path, "stat", errno);
  RETURN_IF_ERROR(CheckOwnerOnly(path, found));
  std::string text(kSecretFileBytesMax, '\0');
  const ssize_t size = read(file.get(), text.data(), text.size());
  const int error = errno;
  // Shorter in the same memory: the rest of it holds nothing of the file.
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  SecretText secret(std::move(text));
  if (size < 0) return Failed(path, "read", error);
  return secret;
}

absl::Status WriteSecretFile(absl::string_view path, absl::string_view text) {
  const std::string name(path);
  const FileDescriptor file(
      open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (file.get() < 0 && errno == EEXIST) {
    return Error(absl::StatusCode::kAlreadyExists, "KEY_FILE_EXISTS",
                 absl::StrCat("key file ", path, " exists, and a key is never replaced"));
  }
  if (file.get() < 0) return Failed(path, "create", errno);
  absl::Status status = WriteAll(path, file.get(), text);
  if (status.ok()) status = SyncDirectoryOf(path);
  // Half a key is none: the name is free for another try.
  if (!status.ok()) unlink(name.c_str());
  return status;
}

absl::Status RenameSecretFile(absl::string_view from, absl::string_view to) {
  if (rename(std::string(from).c_str(), std::string(to).c_str()) != 0) {
    return Failed(from, "rename", errno);
  }
  return SyncDirectoryOf(to);
}

}  // namespace trellis
