#include "eventstore/keys.h"

#include <algorithm>

#include "base/check.h"
#include "eventstore/big_endian.h"

namespace trellis::eventstore {

PositionBytes::PositionBytes(Position position) { StoreBigEndian(position, bytes_.data()); }

std::optional<Position> ParsePosition(const rocksdb::Slice& bytes) {
  if (bytes.size() != sizeof(Position)) return std::nullopt;
  return LoadBigEndian<Position>(bytes.data());
}

StreamKey::StreamKey(absl::string_view stream, Revision revision)
    : size_(stream.size() + 1 + sizeof(Revision)) {
  CHECK(IsStreamName(stream));
  std::copy(stream.begin(), stream.end(), bytes_.begin());
  bytes_[stream.size()] = '\0';
  StoreBigEndian(revision, bytes_.data() + stream.size() + 1);
}

TileKey::TileKey(int level, uint64_t index) {
  bytes_[0] = static_cast<char>(level);
  StoreBigEndian(index, bytes_.data() + 1);
}

bool IsStreamName(absl::string_view stream) {
  return !stream.empty() && stream.size() <= kStreamBytesMax &&
         stream.find('\0') == absl::string_view::npos;
}

std::optional<Revision> RevisionOfKey(const rocksdb::Slice& key) {
  if (key.size() <= 1 + sizeof(Revision)) return std::nullopt;
  return LoadBigEndian<Revision>(key.data() + key.size() - sizeof(Revision));
}

RequestValue::RequestValue(const KnownRequest& request) {
  std::copy(request.fingerprint.begin(), request.fingerprint.end(), bytes_.begin());
  StoreBigEndian(request.first_position, bytes_.data() + sizeof(Digest));
  StoreBigEndian(request.last_position, bytes_.data() + sizeof(Digest) + sizeof(Position));
  StoreBigEndian(request.signed_size, bytes_.data() + sizeof(Digest) + 2 * sizeof(Position));
}

std::optional<KnownRequest> ParseRequest(const rocksdb::Slice& bytes) {
  if (bytes.size() != sizeof(Digest) + 3 * sizeof(Position)) return std::nullopt;
  KnownRequest request;
  std::copy_n(bytes.data(), sizeof(Digest), request.fingerprint.begin());
  request.first_position = LoadBigEndian<Position>(bytes.data() + sizeof(Digest));
  request.last_position = LoadBigEndian<Position>(bytes.data() + sizeof(Digest) + sizeof(Position));
  request.signed_size =
      LoadBigEndian<Position>(bytes.data() + sizeof(Digest) + 2 * sizeof(Position));
  return request;
}

}  // namespace trellis::eventstore
