// The RocksDB that holds the log: opening it, its column families, and its errors as ours.
#pragma once

#include <array>
#include <memory>
#include <rocksdb/db.h>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eventstore/event_log.h"

namespace trellis::eventstore {

// Thread-safe. What the keys and values are stands in keys.h.
class Database {
 public:
  // Opens or creates the database and checks whose it is. The errors of EventLog::Open.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const EventLogOptions& options);
  // Opens the database that is there for reading alone: no byte of its directory changes, and
  // writing fails. The errors of Open; LOG_IN_USE as long as another process may write. Not for a
  // process that has the same log open itself: whose lock would be lost.
  static absl::StatusOr<std::unique_ptr<Database>> OpenReadOnly(const EventLogOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* log() const { return handles_[kLog]; }
  rocksdb::ColumnFamilyHandle* streams() const { return handles_[kStreams]; }
  rocksdb::ColumnFamilyHandle* requests() const { return handles_[kRequests]; }
  rocksdb::ColumnFamilyHandle* tiles() const { return handles_[kTiles]; }
  rocksdb::ColumnFamilyHandle* meta() const { return handles_[kMeta]; }
  // RocksDB wants there to be one of this name: it is empty.
  rocksdb::ColumnFamilyHandle* unused() const { return handles_[kDefault]; }
  const std::string& directory() const { return directory_; }

  // Whether `key` is there; if so, its value is in `value`. The errors of Unreadable.
  absl::StatusOr<bool> Get(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                           rocksdb::PinnableSlice& value) const;

  // Calls `visit` with key and value of every row of `family`, in the order of the keys, past the
  // cache. They are valid during the call. The errors of Unreadable.
  absl::Status Scan(rocksdb::ColumnFamilyHandle* family,
                    absl::FunctionRef<void(absl::string_view, absl::string_view)> visit) const;

  // Compares the files of sorted rows, every byte of them, with the digests that were taken when
  // they were written. The errors of Unreadable.
  absl::Status VerifyFiles() const;

  // Writes what is in memory to files. The errors of Unreadable.
  absl::Status Flush() const;

  // Makes `directory` as EventLog::LinkTo does; nobody may write meanwhile. The errors of
  // Unreadable.
  absl::Status LinkTo(const std::string& directory) const;

  // RESOURCE_EXHAUSTED (DISK_FULL) if the disk has less room than the options want spare. OK if
  // its file system does not say.
  absl::Status CheckRoom() const;
  // Writes nothing more, not by itself either; what is there can be read.
  void Freeze();

  // A failed read as ours: DATA_LOSS (LOG_DAMAGED) or UNAVAILABLE (LOG_UNREADABLE), with the
  // directory and the cause in one line.
  absl::Status Unreadable(const rocksdb::Status& status) const;

  // DATA_LOSS (LOG_DAMAGED) that names the directory and says what is wrong.
  absl::Status Damaged(absl::string_view what) const;

 private:
  // In the order in which they are opened.
  enum Family : size_t { kDefault, kLog, kStreams, kRequests, kTiles, kMeta, kFamilies };

  explicit Database(const EventLogOptions& options);
  absl::Status OpenFamilies(const EventLogOptions& options);
  absl::Status OpenFamiliesReadOnly(const EventLogOptions& options);
  absl::Status Opened(const rocksdb::Status& status, rocksdb::DB* db,
                      const std::vector<rocksdb::ColumnFamilyHandle*>& handles);
  // Refuses what a newer program wrote, and what only looks like a new directory.
  absl::Status CheckPresent(const rocksdb::DBOptions& db_options,
                            const std::vector<rocksdb::ColumnFamilyDescriptor>& families) const;
  // Whether there is a format number; if so, it and the ledger are right.
  absl::StatusOr<bool> CheckMeta(absl::string_view ledger) const;
  absl::Status WriteMeta(absl::string_view ledger);

  const std::string directory_;
  const uint64_t spare_bytes_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
};

}  // namespace trellis::eventstore
