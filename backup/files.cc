#include "backup/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/digest_of_parts.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/status_macros.h"

namespace trellis::backup {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPartBytes = size_t{1} << 20;
constexpr mode_t kOwnerOnly = 0600;

absl::Status Failed(const char* reason, absl::string_view what, const std::string& path,
                    absl::string_view why) {
  return Error(absl::StatusCode::kUnavailable, reason, absl::StrCat(what, " ", path, ": ", why),
               {{"file", path}});
}
absl::Status CannotRead(const std::string& path) {
  return Failed("FILE_UNREADABLE", "cannot read", path, std::strerror(errno));
}
absl::Status CannotWrite(const std::string& path) {
  return Failed("FILE_UNWRITABLE", "cannot write", path, std::strerror(errno));
}
absl::Status CannotWrite(const std::string& path, const std::error_code& error) {
  return Failed("FILE_UNWRITABLE", "cannot write", path, error.message());
}

absl::Status WriteAll(int file, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return CannotWrite(path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Fills `buffer` as far as the file goes; what was read.
absl::StatusOr<absl::string_view> ReadPart(int file, std::string& buffer, const std::string& path) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t size = read(file, buffer.data() + filled, buffer.size() - filled);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return CannotRead(path);
    if (size == 0) break;
    filled += static_cast<size_t>(size);
  }
  return absl::string_view(buffer.data(), filled);
}

}  // namespace

absl::StatusOr<Copied> CopySynced(const std::string& from, const std::string& to,
                                  CopyProgress progress) {
  const FileDescriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return CannotRead(from);
  const FileDescriptor out(
      open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
  if (out.get() < 0) return CannotWrite(to);
  Copied copied;
  DigestOfParts digest;
  std::string buffer(kPartBytes, '\0');
  while (true) {
    ASSIGN_OR_RETURN(const absl::string_view part, ReadPart(in.get(), buffer, from));
    if (part.empty()) break;
    digest.Add(part);
    RETURN_IF_ERROR(WriteAll(out.get(), part, to));
    copied.bytes += part.size();
    RETURN_IF_ERROR(progress(part.size()));
  }
  if (fsync(out.get()) != 0) return CannotWrite(to);
  copied.digest = digest.Finish();
  return copied;
}

absl::Status WriteSynced(const std::string& path, absl::string_view bytes) {
  const std::string next = path + ".next";
  {
    const FileDescriptor file(
        open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (file.get() < 0) return CannotWrite(next);
    RETURN_IF_ERROR(WriteAll(file.get(), bytes, next));
    if (fsync(file.get()) != 0) return CannotWrite(next);
  }
  RETURN_IF_ERROR(Rename(next, path));
  return SyncDirectory(fs::path(path).parent_path());
}

absl::StatusOr<std::string> ReadUpTo(const std::string& path, size_t bytes_max) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return CannotRead(path);
  std::string buffer(bytes_max, '\0');
  ASSIGN_OR_RETURN(const absl::string_view bytes, ReadPart(file.get(), buffer, path));
  return std::string(bytes);
}

absl::Status Rename(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str()) == 0 ? absl::OkStatus() : CannotWrite(to);
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  if (fs::create_directories(path, error)) {
    fs::permissions(path, fs::perms::owner_all, error);
  }
  return error ? CannotWrite(path, error) : absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  const std::string name = path.empty() ? "." : path;
  const FileDescriptor directory(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return CannotWrite(name);
  return absl::OkStatus();
}

absl::Status RemoveAll(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? CannotWrite(path, error) : absl::OkStatus();
}

}  // namespace trellis::backup
