// The RocksDB that holds the log: opening it, its column families, and its errors as ours.
#pragma once

#include <array>
#include <memory>
#include <rocksdb/db.h>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eventstore/event_log.h"

namespace trellis::eventstore {

// Thread-safe. What the keys and values are stands in keys.h.
class Database {
 public:
  // Opens or creates the database and checks whose it is. The errors of EventLog::Open.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const EventLogOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* log() const { return handles_[kLog]; }
  rocksdb::ColumnFamilyHandle* streams() const { return handles_[kStreams]; }
  rocksdb::ColumnFamilyHandle* requests() const { return handles_[kRequests]; }
  rocksdb::ColumnFamilyHandle* tiles() const { return handles_[kTiles]; }
  const std::string& directory() const { return directory_; }

  // Whether `key` is there; if so, its value is in `value`. The errors of Unreadable.
  absl::StatusOr<bool> Get(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                           rocksdb::PinnableSlice& value) const;

  // A failed read as ours: DATA_LOSS (LOG_DAMAGED) or UNAVAILABLE (LOG_UNREADABLE), with the
  // directory and the cause in one line.
  absl::Status Unreadable(const rocksdb::Status& status) const;

  // DATA_LOSS (LOG_DAMAGED) that names the directory and says what is wrong.
  absl::Status Damaged(absl::string_view what) const;

 private:
  // In the order in which they are opened.
  enum Family : size_t { kDefault, kLog, kStreams, kRequests, kTiles, kMeta, kFamilies };

  explicit Database(std::string directory);
  absl::Status OpenFamilies(const EventLogOptions& options);
  // Refuses what a newer program wrote, and what only looks like a new directory.
  absl::Status CheckPresent(const rocksdb::DBOptions& db_options,
                            const std::vector<rocksdb::ColumnFamilyDescriptor>& families) const;
  absl::Status CheckMeta(absl::string_view ledger);
  absl::Status WriteMeta(absl::string_view ledger);

  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
};

}  // namespace trellis::eventstore
