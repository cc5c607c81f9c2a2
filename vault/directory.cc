#include "vault/directory.h"

#include <cerrno>
#include <cstdio>
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

namespace trellis::vault {
namespace {

constexpr mode_t kOwnerOnly = 0600;

absl::Status Failed(const char* reason, absl::string_view what, const std::string& path,
                    absl::string_view why) {
  return Error(absl::StatusCode::kUnavailable, reason, absl::StrCat(what, " ", path, ": ", why),
               {{"file", path}});
}
absl::Status CannotRead(const std::string& path) {
  return Failed("KEY_STORE_UNREADABLE", "cannot read", path, std::strerror(errno));
}
absl::Status CannotWrite(const std::string& path) {
  return Failed("KEY_STORE_UNWRITABLE", "cannot write", path, std::strerror(errno));
}

class RealFile final : public File {
 public:
  RealFile(std::string path, int descriptor) : path_(std::move(path)), file_(descriptor) {}

  absl::StatusOr<uint64_t> Size() const override {
    struct stat found;
    if (fstat(file_.get(), &found) != 0) return CannotRead(path_);
    return static_cast<uint64_t>(found.st_size);
  }

  absl::StatusOr<std::string> Read(uint64_t offset, size_t bytes_max) const override {
    std::string bytes(bytes_max, '\0');
    size_t filled = 0;
    while (filled < bytes_max) {
      const ssize_t size = pread(file_.get(), bytes.data() + filled, bytes_max - filled,
                                 static_cast<off_t>(offset + filled));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return CannotRead(path_);
      if (size == 0) break;
      filled += static_cast<size_t>(size);
    }
    bytes.resize(filled);
    return bytes;
  }

  absl::Status Write(uint64_t offset, absl::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t size =
          pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return CannotWrite(path_);
      bytes.remove_prefix(static_cast<size_t>(size));
      offset += static_cast<uint64_t>(size);
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    return fdatasync(file_.get()) == 0 ? absl::OkStatus() : CannotWrite(path_);
  }

 private:
  const std::string path_;
  const FileDescriptor file_;
};

class RealDirectory final : public Directory {
 public:
  RealDirectory(std::string path, int descriptor)
      : path_(std::move(path)), directory_(descriptor) {}

  bool Lock() const { return flock(directory_.get(), LOCK_EX | LOCK_NB) == 0; }
  bool is_open() const { return directory_.get() >= 0; }

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& name) override {
    const int file = openat(directory_.get(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 && errno == ENOENT) return std::unique_ptr<File>();
    if (file < 0) return CannotRead(PathOf(name));
    return std::make_unique<RealFile>(PathOf(name), file);
  }

  absl::StatusOr<std::unique_ptr<File>> Create(const std::string& name) override {
    const int file = openat(directory_.get(), name.c_str(),
                            O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
    if (file < 0) return CannotWrite(PathOf(name));
    return std::make_unique<RealFile>(PathOf(name), file);
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    return renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) == 0
               ? absl::OkStatus()
               : CannotWrite(PathOf(to));
  }

  absl::Status Remove(const std::string& name) override {
    const bool gone = unlinkat(directory_.get(), name.c_str(), 0) == 0 || errno == ENOENT;
    return gone ? absl::OkStatus() : CannotWrite(PathOf(name));
  }

  absl::Status Sync() override {
    return fsync(directory_.get()) == 0 ? absl::OkStatus() : CannotWrite(path_);
  }

 private:
  std::string PathOf(const std::string& name) const { return absl::StrCat(path_, "/", name); }

  const std::string path_;
  // Holds the lock.
  const FileDescriptor directory_;
};

// Makes it, so that it is there after a power cut.
absl::Status MakeIfMissing(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return absl::OkStatus();
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (mkdir(path.c_str(), 0700) != 0) return CannotWrite(path);
  const FileDescriptor above(
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (above.get() < 0 || fsync(above.get()) != 0) return CannotWrite(path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) {
  RETURN_IF_ERROR(MakeIfMissing(path));
  auto directory =
      std::make_unique<RealDirectory>(path, open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory->is_open()) return CannotRead(path);
  if (!directory->Lock()) {
    return Error(absl::StatusCode::kFailedPrecondition, "KEY_STORE_IN_USE",
                 absl::StrCat("key store ", path, " is in use by another process, want it alone"));
  }
  return directory;
}

}  // namespace trellis::vault
