// record  := header payload leaf
// header  := format:1 position:8 stream:text revision:8 type:text event_id:16 recorded_at:8
//            actor:text capacity:1 request_id:16 correlation_id:16 causation_id:16
//            commit_first:8 commit_size:4 subject_key_id:16 payload_bytes:4 payload_digest:32
//            event_digest:32
// text    := length:1 and that many bytes
// payload := the event message's bytes as they were written, or sealed: payload_bytes of them
// leaf    := SHA-256(0x00 entry), 32 bytes
// entry   := position:8 SHA-256(header):32
//
// format is 1. Numbers are unsigned and big-endian; recorded_at is microseconds since 1970 in two's
// complement. Ids and digests are their bytes. Nothing is optional and nothing is padded, so a
// record has one encoding, and every byte of it is under a digest: the header's under the leaf, the
// payload's under payload_digest.
#include "eventstore/record_format.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "eventstore/big_endian.h"

namespace trellis::eventstore {
namespace {

constexpr uint8_t kFormat = 1;
// What a header has besides its three texts' bytes.
constexpr size_t kHeaderFixedBytes = 1 + 8 + 8 + 16 + 8 + 1 + 3 * 16 + 8 + 4 + 16 + 32 + 4 + 32 + 3;
constexpr char kLeafPrefix = 0x00;

void AppendText(absl::string_view text, std::string& bytes) {
  CHECK(text.size() <= std::numeric_limits<uint8_t>::max());
  bytes.push_back(static_cast<char>(text.size()));
  bytes.append(text.data(), text.size());
}

template <size_t kSize>
void AppendArray(const std::array<uint8_t, kSize>& array, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(array.data()), array.size());
}

void AppendHeader(const Header& header, std::string& bytes) {
  bytes.push_back(static_cast<char>(kFormat));
  AppendBigEndian(header.position, bytes);
  AppendText(header.stream, bytes);
  AppendBigEndian(header.revision, bytes);
  AppendText(header.type, bytes);
  AppendArray(header.event_id, bytes);
  AppendBigEndian(static_cast<uint64_t>(absl::ToUnixMicros(header.recorded_at)), bytes);
  AppendText(header.origin.actor, bytes);
  bytes.push_back(static_cast<char>(header.origin.capacity));
  AppendArray(header.origin.request_id, bytes);
  AppendArray(header.origin.correlation_id, bytes);
  AppendArray(header.origin.causation_id, bytes);
  AppendBigEndian(header.commit_first, bytes);
  AppendBigEndian(header.commit_size, bytes);
  AppendArray(header.subject_key_id, bytes);
  AppendBigEndian(header.payload_bytes, bytes);
  AppendArray(header.payload_digest, bytes);
  AppendArray(header.event_digest, bytes);
}

// Takes a record's bytes from the front. Every Take says whether there were enough.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  bool TakeBytes(size_t size, absl::string_view& taken) {
    if (rest_.size() < size) return false;
    taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool Take(uint8_t& number) {
    absl::string_view taken;
    if (!TakeBytes(1, taken)) return false;
    number = static_cast<uint8_t>(taken[0]);
    return true;
  }

  template <typename Unsigned>
  bool Take(Unsigned& number) {
    absl::string_view taken;
    if (!TakeBytes(sizeof(Unsigned), taken)) return false;
    number = LoadBigEndian<Unsigned>(taken.data());
    return true;
  }

  template <size_t kSize>
  bool Take(std::array<uint8_t, kSize>& array) {
    absl::string_view taken;
    if (!TakeBytes(kSize, taken)) return false;
    std::copy(taken.begin(), taken.end(), array.begin());
    return true;
  }

  bool Take(std::string& text) {
    uint8_t size = 0;
    absl::string_view taken;
    if (!Take(size) || !TakeBytes(size, taken)) return false;
    text.assign(taken.data(), taken.size());
    return true;
  }

  size_t left() const { return rest_.size(); }

 private:
  absl::string_view rest_;
};

// The header after its format number.
bool TakeHeader(Reader& reader, Header& header) {
  uint64_t micros = 0;
  const bool complete =
      reader.Take(header.position) && reader.Take(header.stream) && reader.Take(header.revision) &&
      reader.Take(header.type) && reader.Take(header.event_id) && reader.Take(micros) &&
      reader.Take(header.origin.actor) && reader.Take(header.origin.capacity) &&
      reader.Take(header.origin.request_id) && reader.Take(header.origin.correlation_id) &&
      reader.Take(header.origin.causation_id) && reader.Take(header.commit_first) &&
      reader.Take(header.commit_size) && reader.Take(header.subject_key_id) &&
      reader.Take(header.payload_bytes) && reader.Take(header.payload_digest) &&
      reader.Take(header.event_digest);
  header.recorded_at = absl::FromUnixMicros(static_cast<int64_t>(micros));
  return complete;
}

absl::Status Damaged(absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "RECORD_DAMAGED", absl::StrCat("record ", what));
}

}  // namespace

absl::string_view LeafBytesOf(absl::string_view bytes) {
  CHECK(bytes.size() >= sizeof(Digest));
  return bytes.substr(bytes.size() - sizeof(Digest));
}

std::string EntryOf(const Record& record) {
  std::string entry;
  AppendBigEndian(record.header.position, entry);
  AppendArray(record.header_digest, entry);
  return entry;
}

Digest LeafDigest(Position position, const Digest& header_digest) {
  char prefix[1 + sizeof(Position)] = {kLeafPrefix};
  StoreBigEndian(position, prefix + 1);
  return Sha256(absl::string_view(prefix, sizeof prefix), AsBytes(header_digest));
}

std::string EncodeHeader(const Header& header) {
  std::string bytes;
  AppendHeader(header, bytes);
  return bytes;
}

std::string EncodeRecord(Record& record) {
  const Header& header = record.header;
  CHECK(header.payload_bytes == record.payload.size());
  std::string bytes;
  bytes.reserve(kHeaderFixedBytes + header.stream.size() + header.type.size() +
                header.origin.actor.size() + record.payload.size() + sizeof(Digest));
  AppendHeader(header, bytes);
  record.header_digest = Sha256(bytes);
  record.leaf_digest = LeafDigest(header.position, record.header_digest);
  bytes.append(record.payload);
  AppendArray(record.leaf_digest, bytes);
  return bytes;
}

absl::Status DecodeHeader(absl::string_view bytes, Record& record) {
  Reader reader(bytes);
  uint8_t format = 0;
  if (!reader.Take(format) || format != kFormat || !TakeHeader(reader, record.header) ||
      reader.left() > 0) {
    return Damaged("has no header in these bytes");
  }
  record.payload.clear();
  record.header_digest = Sha256(bytes);
  record.leaf_digest = LeafDigest(record.header.position, record.header_digest);
  return absl::OkStatus();
}

absl::Status DecodeRecord(absl::string_view bytes, Record& record) {
  Reader reader(bytes);
  uint8_t format = 0;
  if (!reader.Take(format)) return Damaged("has no bytes");
  if (format != kFormat) {
    return Damaged(absl::StrCat("has format ", format, ", want ", kFormat));
  }
  if (!TakeHeader(reader, record.header)) {
    return Damaged(absl::StrCat("has ", bytes.size(), " bytes, its header wants more"));
  }
  const absl::string_view header_bytes = bytes.substr(0, bytes.size() - reader.left());
  const uint64_t want = uint64_t{record.header.payload_bytes} + sizeof(Digest);
  if (reader.left() != want) {
    return Damaged(absl::StrCat("has ", reader.left(), " bytes after its header, want ", want));
  }
  absl::string_view payload;
  CHECK(reader.TakeBytes(record.header.payload_bytes, payload) && reader.Take(record.leaf_digest));
  record.header_digest = Sha256(header_bytes);
  if (record.leaf_digest != LeafDigest(record.header.position, record.header_digest)) {
    return Damaged("has a header that its leaf digest does not cover");
  }
  if (record.header.payload_digest != Sha256(payload)) {
    return Damaged("has a payload that its digest does not cover");
  }
  record.payload.assign(payload.data(), payload.size());
  return absl::OkStatus();
}

}  // namespace trellis::eventstore
