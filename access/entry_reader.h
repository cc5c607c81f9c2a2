// Reads the access log as it stood at one moment, and checks what it reads.
#pragma once

#include <cstdint>
#include <optional>
#include <rocksdb/db.h>
#include <rocksdb/snapshot.h>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "access/access_store.h"
#include "trellis/v1/access.pb.h"

namespace trellis::access {

// Some entries, the newest first.
struct AccessPage {
  std::vector<v1::AccessEntry> entries;
  // What to list before for the next page; 0: there is none.
  int64_t next = 0;
};

// Whether the entry names the subject.
bool Names(const v1::AccessEntry& entry, absl::string_view subject);

// Sees what was written before it was made; keeps the disk from forgetting that while it lives. Not
// thread-safe. Errors: ACCESS_LOG_UNREADABLE, ACCESS_LOG_DAMAGED.
class EntryReader {
 public:
  // `store` must outlive it.
  explicit EntryReader(const AccessStore& store) : store_(store), snapshot_(&store.db()) {}

  // The last entry that age dropped: number 0 if none was.
  absl::StatusOr<Head> Dropped() const;
  // The last entry; what Dropped() says if there is none.
  absl::StatusOr<Head> Newest() const;
  // The entry with this number, with its reason, if `digest`, which becomes its own, is the one
  // before it.
  absl::StatusOr<v1::AccessEntry> Next(int64_t number, Digest& digest) const;
  // The entry with this number, after looking up the digest before it.
  absl::StatusOr<v1::AccessEntry> Entry(int64_t number) const;

  // As of AccessLog.
  absl::Status Compare(const Anchor& anchor) const;
  absl::StatusOr<int64_t> LastBefore(absl::Time time) const;
  absl::StatusOr<AccessPage> List(absl::string_view subject, int page_size, int64_t before) const;
  absl::StatusOr<AccessPage> ListAll(int page_size, int64_t before) const;
  absl::StatusOr<Head> Verify(int64_t first, int64_t last) const;

 private:
  rocksdb::ReadOptions Options() const;
  // The row; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key) const;
  absl::StatusOr<std::string> EntryRow(int64_t number) const;
  absl::StatusOr<Digest> DigestOf(int64_t number) const;
  absl::Status AddReason(v1::AccessEntry& entry) const;
  absl::Status CheckIndex(const v1::AccessEntry& entry) const;
  // That rows of these keys are `want`, and all of them of entries that are there.
  absl::Status CheckCount(absl::string_view rows, int64_t want) const;

  const AccessStore& store_;
  // Mutable as RocksDB's accessor is not const.
  mutable rocksdb::ManagedSnapshot snapshot_;
};

}  // namespace trellis::access
