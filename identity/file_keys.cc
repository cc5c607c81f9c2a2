#include "identity/file_keys.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace trellis::identity {
namespace {

absl::Status Unreadable(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat("keys file ", path, ": ", std::strerror(errno)));
}

// At most one byte more than a key set may have, so that its size is refused like any other fault.
absl::StatusOr<std::string> ReadAll(int descriptor, const std::string& path) {
  std::string bytes(kKeySetBytesMax + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(descriptor, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

template <typename State>
State StateOf(const struct stat& file) {
  return {file.st_dev, file.st_ino, file.st_size, absl::TimeFromTimespec(file.st_mtim)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeySource>> FileKeys::Open(std::string path, const Clock& clock) {
  std::unique_ptr<FileKeys> source(new FileKeys(std::move(path), clock));
  {
    MutexLock lock(source->mutex_);
    source->looked_ = clock.Now();
    ASSIGN_OR_RETURN(source->keys_, source->Read(source->state_));
  }
  return source;
}

absl::StatusOr<KeySetPointer> FileKeys::Keys() {
  MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  // A clock that was set back is no reason not to look.
  if (now >= looked_ && now - looked_ < kLookEvery) return keys_;
  looked_ = now;
  const auto seen = Look();
  if (seen.ok() && *seen == state_) return keys_;
  // A file that is away is another one when it is back.
  state_ = State();
  auto read = Read(state_);
  if (read.ok()) {
    keys_ = *std::move(read);
    fault_.clear();
    Log("identity.keys_read", {{"from", path_}});
  } else if (read.status().message() != fault_) {
    fault_ = std::string(read.status().message());
    Log("identity.keys_not_read", {{"from", path_}, {"why", fault_}});
  }
  return keys_;
}

absl::StatusOr<FileKeys::State> FileKeys::Look() const {
  struct stat file {};
  if (stat(path_.c_str(), &file) != 0) return Unreadable(path_);
  return StateOf<State>(file);
}

absl::StatusOr<KeySetPointer> FileKeys::Read(State& state) const {
  // A pipe in its place would keep every caller waiting.
  const FileDescriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat opened {};
  if (file.get() < 0 || fstat(file.get(), &opened) != 0) return Unreadable(path_);
  // Taken before the bytes: what is written meanwhile is seen as another state next time.
  state = StateOf<State>(opened);
  ASSIGN_OR_RETURN(const std::string bytes, ReadAll(file.get(), path_));
  auto keys = KeySet::Parse(bytes);
  if (keys.ok()) return keys;
  return absl::InvalidArgumentError(
      absl::StrCat("keys file ", path_, ": ", keys.status().message()));
}

}  // namespace trellis::identity
