// The keys of the column families, and the values of the two that are indexes.
//
//   log       position:8                   -> record, see record_format.cc
//   streams   stream 0x00 revision:8       -> position:8
//   requests  request id:16                -> fingerprint:32 first_position:8 last_position:8
//                                             signed_size:8
//   tiles     level:1 index:8              -> the tile's hashes, see log_tree.h
//   meta      "format"                     -> kFormatVersion:8
//             "ledger"                     -> the ledger's name
//
// Numbers are big-endian, so keys sort as numbers do. A stream's name holds no NUL, so the keys of
// one stream lie together and no other's between them.
#pragma once

#include <array>
#include <optional>
#include <rocksdb/slice.h>

#include "absl/strings/string_view.h"
#include "base/uuid.h"
#include "eventstore/event_log.h"
#include "eventstore/record.h"
#include "eventstore/record_format.h"

namespace trellis::eventstore {

// 1: as above, records of format 1. A program refuses a newer one.
inline constexpr uint64_t kFormatVersion = 1;

// The keys of `meta`.
inline constexpr char kFormatKey[] = "format";
inline constexpr char kLedgerKey[] = "ledger";

inline rocksdb::Slice ToSlice(absl::string_view view) { return {view.data(), view.size()}; }
inline absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// A position as key of `log` and as value of `streams`.
class PositionBytes {
 public:
  explicit PositionBytes(Position position);
  // Valid as long as this object.
  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, sizeof(Position)> bytes_;
};

// The position that `bytes` hold; nothing if they are not 8.
std::optional<Position> ParsePosition(const rocksdb::Slice& bytes);

// A key of `streams`. `stream` must pass IsStreamName.
class StreamKey {
 public:
  StreamKey(absl::string_view stream, Revision revision);
  // Valid as long as this object.
  rocksdb::Slice slice() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kStreamBytesMax + 1 + sizeof(Revision)> bytes_;
  size_t size_;
};

// A key of `tiles`.
class TileKey {
 public:
  TileKey(int level, uint64_t index);
  // Valid as long as this object.
  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 1 + sizeof(uint64_t)> bytes_;
};

// Whether `stream` can be a stream's name: 1 to kStreamBytesMax bytes, no NUL.
bool IsStreamName(absl::string_view stream);

// The revision at the end of a key of `streams`; nothing if the key is too short.
std::optional<Revision> RevisionOfKey(const rocksdb::Slice& key);

// A key of `requests`; valid as long as `request_id`.
inline rocksdb::Slice RequestKey(const Uuid& request_id) {
  return {reinterpret_cast<const char*>(request_id.data()), request_id.size()};
}

// A value of `requests`.
class RequestValue {
 public:
  explicit RequestValue(const KnownRequest& request);
  // Valid as long as this object.
  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, sizeof(Digest) + 3 * sizeof(Position)> bytes_;
};

// The request that `bytes` hold; nothing if they are not of the right size.
std::optional<KnownRequest> ParseRequest(const rocksdb::Slice& bytes);

}  // namespace trellis::eventstore
