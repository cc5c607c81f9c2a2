// Where the queue keeps what must last: a RocksDB of its own. It is not the record, and cannot be
// rebuilt either: without it every subscription is gone, and no event.
//
//   "format"                             -> kQueueFormat
//   "mark/" position:8                   -> leaf digest:32
//   "topic/" topic                       -> last number:8, of a dead-letter topic
//   "subscription/" subscription         -> StoredSubscription
//   "cursor/" subscription               -> Cursor
//   "snapshot/" snapshot                 -> StoredSnapshot
//   "dead/" topic 0x00 number:8          -> StoredDeadLetter
//
// Numbers are big-endian, so that rows sort as numbers do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <rocksdb/write_batch.h>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"

namespace google::protobuf {
class MessageLite;
}
namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace trellis::queue {

inline constexpr char kQueueFormat[] = "1";

inline constexpr char kMarkRows[] = "mark/";
inline constexpr char kTopicRows[] = "topic/";
inline constexpr char kSubscriptionRows[] = "subscription/";
inline constexpr char kCursorRows[] = "cursor/";
inline constexpr char kSnapshotRows[] = "snapshot/";

// 8 bytes, big-endian.
std::string NumberBytes(uint64_t number);
// The number in the last 8 bytes of a key or value; 0 if it is shorter.
uint64_t NumberAtEnd(absl::string_view bytes);
// The beginning of the keys of a topic's dead letters.
std::string DeadLetterRows(absl::string_view topic);

// Rows to write together. Not thread-safe.
class Batch {
 public:
  void Put(absl::string_view key, absl::string_view value);
  void Put(absl::string_view key, const google::protobuf::MessageLite& value);
  void Delete(absl::string_view key);

 private:
  friend class QueueStore;
  rocksdb::WriteBatch batch_;
};

// Thread-safe. Errors are UNAVAILABLE (QUEUE_UNREADABLE) if the disk fails, and DATA_LOSS
// (QUEUE_DAMAGED) if a row is not what was written.
class QueueStore {
 public:
  // Opens the store in `directory`, creating it if there is none; `env` is the file system, null:
  // the machine's. FAILED_PRECONDITION (FORMAT_TOO_NEW) for one of another format.
  static absl::StatusOr<std::unique_ptr<QueueStore>> Open(const std::string& directory,
                                                          rocksdb::Env* env = nullptr);
  ~QueueStore();
  QueueStore(const QueueStore&) = delete;
  QueueStore& operator=(const QueueStore&) = delete;

  // Writes all of `batch` or nothing. What was written survives the end of the process; with
  // `synced`, a power cut too. After an error, tries again the next time.
  absl::Status Write(Batch& batch, bool synced);

  // As EventLog::LinkTo: what was written before is in it.
  absl::Status LinkTo(const std::string& directory) const;

  absl::StatusOr<std::optional<std::string>> Find(absl::string_view key) const;
  // Parses the row into `message`; false if there is none.
  absl::StatusOr<bool> Find(absl::string_view key, google::protobuf::MessageLite& message) const;

  // Calls `visit` with key and value of each row whose key begins with `prefix`, in order, from
  // `from` (at or after the prefix; empty: the prefix) on, until it returns false.
  absl::Status Scan(absl::string_view prefix, absl::string_view from,
                    const std::function<bool(absl::string_view, absl::string_view)>& visit) const;

 private:
  explicit QueueStore(std::unique_ptr<rocksdb::DB> db);
  const std::unique_ptr<rocksdb::DB> db_;
  // Held by whoever writes.
  Mutex mutex_;
  // True after a write that failed.
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
};

// Parses the row `key`; DATA_LOSS (QUEUE_DAMAGED) if `bytes` are no such message.
absl::Status ParseRow(absl::string_view key, absl::string_view bytes,
                      google::protobuf::MessageLite& message);

}  // namespace trellis::queue
