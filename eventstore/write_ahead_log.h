// RocksDB's write-ahead log as bytes, for what RocksDB does not do itself: to tell a torn end from
// damage, and to read around damage.
//
// A log is a sequence of blocks, a block one of fragments, a batch one of fragments: a whole one,
// or a first, some in the middle and a last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <rocksdb/env.h>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace trellis::eventstore {

// A batch of rows, as a rocksdb::WriteBatch is made of it.
struct LoggedBatch {
  // Where it begins and ends in the log.
  size_t begin = 0;
  size_t end = 0;
  std::string bytes;

  // The sequence number of its first row, and the one that comes after its last.
  uint64_t first_sequence() const;
  uint64_t next_sequence() const;
};

inline constexpr size_t kLogBlockBytes = size_t{32} * 1024;
// Bytes that may lie between two batches: what is left of a block that has no room for one more
// fragment.
inline constexpr size_t kBlockTrailerBytesMax = 6;

// Where a batch begins that comes next at `at`.
size_t NextBatchPlace(size_t at);

// The batch that begins at `at`, if all of it is there with the right checksums. `log` begins with
// a block, here and below.
std::optional<LoggedBatch> BatchAt(absl::string_view log, size_t at);

// Whether a batch begins at or after `from` with a fragment that is whole.
bool HasBatchFrom(absl::string_view log, size_t from);

// Calls `visit` with every batch that is whole, also behind damage.
void ForEachBatch(absl::string_view log, absl::FunctionRef<void(const LoggedBatch&)> visit);

// The paths of the write-ahead logs in `directory`, in the order in which they were begun.
rocksdb::Status ListWriteAheadLogs(rocksdb::Env& env, const std::string& directory,
                                   std::vector<std::string>& logs);

}  // namespace trellis::eventstore
