// A topic: numbered messages that are read, never changed, and only ever added to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "queue/message.h"

namespace trellis::queue {

// The messages that a topic keeps in memory, the latest read: enough for subscriptions that follow
// the end to share what one of them has read.
inline constexpr size_t kKeptMessages = 8192;
inline constexpr size_t kKeptBytes = 32 << 20;
// Messages that are read from disk together.
inline constexpr Number kReadMessages = 256;

// Thread-safe.
class Topic {
 public:
  explicit Topic(std::string name);
  virtual ~Topic() = default;
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;

  // `projects/{ledger}/topics/{id}`
  const std::string& name() const { return name_; }

  // The number of the last message; 0 if there is none.
  virtual Number last() const = 0;

  // Messages from `first` on, at most `count` and at least one unless there is none; a number may
  // be missing between them. Errors of the log.
  absl::StatusOr<std::vector<MessagePointer>> Read(Number first, size_t count);

  // The message `number`; null if there is none.
  absl::StatusOr<MessagePointer> Find(Number number);

  // The number of the first message that was published at `time` or later; last() + 1 if none was.
  absl::StatusOr<Number> FirstSince(absl::Time time);

  // Keeps nothing of what was read until now: what is read from now on comes from disk.
  void Forget();

 protected:
  // Reads messages `first` to `last` from disk.
  virtual absl::StatusOr<std::vector<MessagePointer>> Load(Number first, Number last) = 0;

 private:
  // What was read while all was forgotten is not kept.
  void Keep(const std::vector<MessagePointer>& messages, uint64_t forgotten)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string name_;
  Mutex mutex_;
  // Where a message stands: its number modulo the size.
  std::vector<MessagePointer> kept_ ABSL_GUARDED_BY(mutex_);
  size_t kept_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // How often.
  uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace trellis::queue
