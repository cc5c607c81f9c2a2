// An issuer's keys in a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "identity/key_source.h"

namespace trellis::identity {

// Looks at most once in kLookEvery whether the file is another one, when somebody asks for its
// keys. A file that cannot be read, or is no key set, leaves the keys as they were, with a line in
// the log: it may be half written. Whoever replaces it moves a whole file to its place.
class FileKeys final : public KeySource {
 public:
  static constexpr absl::Duration kLookEvery = absl::Seconds(1);

  // INVALID_ARGUMENT if it cannot be read or is no key set.
  static absl::StatusOr<std::unique_ptr<KeySource>> Open(std::string path, const Clock& clock);

  absl::StatusOr<KeySetPointer> Keys() override;
  absl::StatusOr<KeySetPointer> NewerKeys() override { return Keys(); }

 private:
  // What changes when a file is written or replaced.
  struct State {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;
    absl::Time modified;
    bool operator==(const State&) const = default;
  };

  FileKeys(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}
  absl::StatusOr<State> Look() const;
  // Sets `state` as soon as it is known.
  absl::StatusOr<KeySetPointer> Read(State& state) const;

  const std::string path_;
  const Clock& clock_;
  Mutex mutex_;
  // Of the file that was read last, whether or not it was one of keys.
  State state_ ABSL_GUARDED_BY(mutex_);
  absl::Time looked_ ABSL_GUARDED_BY(mutex_);
  KeySetPointer keys_ ABSL_GUARDED_BY(mutex_);
  // What the log heard last of a file that cannot be read; it need not hear it every second.
  std::string fault_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::identity
