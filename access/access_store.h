// Where the access log keeps its entries: a RocksDB of its own, of rows in one column family, so
// that a batch is there whole or not at all.
//
//   "dropped"                            -> number:8 digest:32, of the last entry dropped by age
//   "entry/" number:8                    -> digest:32, then an AccessEntry without its reason
//   "format"                             -> kAccessFormat
//   "ledger"                             -> the ledger's name
//   "reason/" number:8                   -> salt:16, then the reason
//   "subject/" subject 0x00 number:8     -> nothing
//
// Numbers are big-endian, so that rows sort as numbers do. A subject is `people/{uuid}`.
#pragma once

#include <cstdint>
#include <memory>
#include <rocksdb/db.h>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "access/entry_chain.h"
#include "base/mutex.h"

namespace trellis::access {

inline constexpr char kAccessFormat[] = "1";
inline constexpr char kDroppedKey[] = "dropped";
inline constexpr char kEntryRows[] = "entry/";
inline constexpr char kReasonRows[] = "reason/";
inline constexpr char kSubjectRows[] = "subject/";

inline rocksdb::Slice ToSlice(absl::string_view view) { return {view.data(), view.size()}; }
inline absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// Keys. A subject's rows begin with SubjectKeys.
std::string EntryKey(int64_t number);
std::string ReasonKey(int64_t number);
std::string SubjectKeys(absl::string_view subject);
std::string SubjectKey(absl::string_view subject, int64_t number);
// The number in the last 8 bytes of a key; 0 if it is shorter.
int64_t NumberOfKey(absl::string_view key);

// The value of "dropped", and what it holds; number -1 if it is not of the right size.
std::string HeadValue(const Head& head);
Head ParseHead(absl::string_view value);

struct AccessStoreOptions {
  std::string directory;
  std::string ledger;
  // The file system; null: the machine's. Must outlive the store.
  rocksdb::Env* env = nullptr;
  // Room on the disk that writes leave.
  uint64_t spare_bytes = 0;
};

// Thread-safe.
class AccessStore {
 public:
  // Opens the store or creates it. The errors of AccessLog::Open, but those of its entries.
  static absl::StatusOr<std::unique_ptr<AccessStore>> Open(const AccessStoreOptions& options);
  // Opens one that is there, and changes no byte of it. No other may have it open.
  static absl::StatusOr<std::unique_ptr<AccessStore>> OpenReadOnly(
      const AccessStoreOptions& options);
  AccessStore(const AccessStore&) = delete;
  AccessStore& operator=(const AccessStore&) = delete;

  rocksdb::DB& db() const { return *db_; }
  const std::string& ledger() const { return options_.ledger; }

  // RESOURCE_EXHAUSTED (DISK_FULL) if the disk has less room than it should spare.
  absl::Status CheckRoom() const;
  // Writes all of `batch`, synced before the next is begun. UNAVAILABLE (ACCESS_LOG_FAILED) if that
  // failed, now or earlier: what the disk holds is known after a restart only, and nothing more is
  // written until then.
  absl::Status Write(rocksdb::WriteBatch& batch);
  // Takes what was deleted between the keys off the disk too, the write-ahead log included.
  absl::Status Purge(absl::string_view begin, absl::string_view end);

  // As of AccessLog, of what was written.
  absl::Status LinkTo(const std::string& directory);

  // A failed read as ours: DATA_LOSS (ACCESS_LOG_DAMAGED) or UNAVAILABLE (ACCESS_LOG_UNREADABLE).
  absl::Status Unreadable(const rocksdb::Status& status) const;
  // DATA_LOSS (ACCESS_LOG_DAMAGED) that says what is wrong.
  absl::Status Damaged(absl::string_view what) const;

 private:
  explicit AccessStore(const AccessStoreOptions& options) : options_(options) {}
  rocksdb::Options Options() const;
  absl::Status OpenDatabase();
  absl::Status OpenDatabaseReadOnly();
  absl::Status CheckPresent(rocksdb::Env& env) const;
  absl::Status CheckMeta();
  absl::Status CheckMetaIs(const std::string& format) const;

  const AccessStoreOptions options_;
  std::unique_ptr<rocksdb::DB> db_;
  // Held by whoever writes.
  Mutex mutex_;
  // Once it is not OK, it stays.
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::access
