// Where views keep their rows: a RocksDB of their own, unsynced, because it can always catch up
// from the log. The rows and the position they are of move in one batch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rocksdb {
class DB;
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace trellis::projections {

// Rows to write, by key. Not thread-safe.
using Rows = absl::flat_hash_map<std::string, std::string>;

// Thread-safe.
class ViewStore {
 public:
  // Opens the store in `directory`, creating it if there is none. A store of another `version` is
  // emptied first: views are rebuilt, never migrated. UNAVAILABLE (VIEWS_UNREADABLE) if the
  // directory cannot be used.
  // `env` is the file system; null: the machine's.
  static absl::StatusOr<std::unique_ptr<ViewStore>> Open(const std::string& directory,
                                                         const std::string& version,
                                                         rocksdb::Env* env = nullptr);
  // Opens the store that is there for reading alone: no byte of its directory changes. Checks the
  // digests of its files first. UNAVAILABLE (VIEWS_UNREADABLE) if it cannot be read.
  static absl::StatusOr<std::unique_ptr<ViewStore>> OpenReadOnly(const std::string& directory);
  ~ViewStore();
  ViewStore(const ViewStore&) = delete;
  ViewStore& operator=(const ViewStore&) = delete;

  // The version that the store was opened with when it was written; empty if there is none.
  absl::StatusOr<std::string> Version() const;

  // The position in the log up to which events are in the rows; 0: none.
  absl::StatusOr<uint64_t> Position() const;

  // Writes rows and position in one batch. After an error, tries again the next time. One thread at
  // a time.
  absl::Status Write(const Rows& rows, uint64_t position);

  // The same for a rebuild: quicker, and a crash loses what was written since the last Flush(),
  // rows and position together. Flush() before Write() again.
  absl::Status WriteUnlogged(const Rows& rows, uint64_t position);
  absl::Status Flush();

  // The row; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> Find(absl::string_view key) const;

  // Calls `visit` with key and value of each row whose key begins with `prefix`, in order, from
  // `from` (at or after the prefix; empty: the prefix) on, until it returns false.
  absl::Status Scan(absl::string_view prefix, absl::string_view from,
                    const std::function<bool(absl::string_view, absl::string_view)>& visit) const;

 private:
  explicit ViewStore(std::unique_ptr<rocksdb::DB> db);
  absl::Status WriteBatch(const Rows& rows, uint64_t position, bool logged);
  const std::unique_ptr<rocksdb::DB> db_;
  // Reused until Flush(): growing into fresh memory costs more than the copying.
  std::unique_ptr<rocksdb::WriteBatch> batch_;
  // True after a write that failed.
  bool failed_ = false;
};

}  // namespace trellis::projections
