// Bytes as a record: there is one encoding of each, and every digest in it is right.
#include "eventstore/record_format.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {
namespace {

using eventstore::Record;

void CheckDecoded(absl::string_view bytes, Record& record) {
  const Digest header_digest = record.header_digest;
  const Digest leaf_digest = record.leaf_digest;
  CHECK(leaf_digest == eventstore::LeafDigest(record.header.position, header_digest));
  CHECK(AsBytes(leaf_digest) == eventstore::LeafBytesOf(bytes));
  CHECK(record.header.payload_digest == Sha256(record.payload));
  CHECK(eventstore::EntryOf(record).size() == eventstore::kEntryBytes);
  CHECK(eventstore::EncodeRecord(record) == bytes);
  CHECK(record.header_digest == header_digest);
  CHECK(record.leaf_digest == leaf_digest);
}

// `bytes` as the content of a record, to get behind the digests.
std::string EncodedAround(absl::string_view bytes) {
  Record record;
  const auto take = [&bytes](size_t size) {
    const absl::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(taken.size());
    return std::string(taken);
  };
  record.header.position = bytes.size();
  record.header.recorded_at = absl::FromUnixMicros(bytes.empty() ? 0 : bytes[0] * 1'000'000);
  record.header.stream = take(eventstore::kStreamBytesMax);
  record.header.type = take(17);
  record.header.origin.actor = take(eventstore::kActorBytesMax);
  record.payload = std::string(bytes);
  record.header.payload_digest = Sha256(record.payload);
  record.header.payload_bytes = static_cast<uint32_t>(record.payload.size());
  return eventstore::EncodeRecord(record);
}

}  // namespace

void Try(absl::string_view bytes) {
  Record record;
  const absl::Status decoded = eventstore::DecodeRecord(bytes, record);
  CheckError(decoded);
  if (decoded.ok()) CheckDecoded(bytes, record);
  const std::string around = EncodedAround(bytes);
  CHECK(eventstore::DecodeRecord(around, record).ok());
  CheckDecoded(around, record);
}

}  // namespace trellis::fuzz
