#include "eventstore/record_format.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "proofs/merkle.h"

namespace trellis::eventstore {
namespace {

Uuid Filled(uint8_t byte) {
  Uuid uuid;
  uuid.fill(byte);
  return uuid;
}

Record SomeRecord(std::string payload) {
  Record record;
  Header& header = record.header;
  header.position = 0x0102030405060708;
  header.stream = "supportPlans/5";
  header.revision = 9;
  header.type = "trellis.v1.ConcernRaised";
  header.event_id = Filled(0x11);
  header.recorded_at = absl::FromUnixMicros(1'800'000'000'123'456);
  header.origin = {.actor = "people/1",
                   .capacity = 4,
                   .request_id = Filled(0x22),
                   .correlation_id = Filled(0x33),
                   .causation_id = Filled(0x44)};
  header.commit_first = 0x0102030405060706;
  header.commit_size = 5;
  header.subject_key_id = Filled(0x55);
  header.event_digest.fill(0x66);
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  header.payload_digest = Sha256(payload);
  record.payload = std::move(payload);
  return record;
}

void ExpectSame(const Record& got, const Record& want) {
  EXPECT_EQ(got.header.position, want.header.position);
  EXPECT_EQ(got.header.stream, want.header.stream);
  EXPECT_EQ(got.header.revision, want.header.revision);
  EXPECT_EQ(got.header.type, want.header.type);
  EXPECT_EQ(got.header.event_id, want.header.event_id);
  EXPECT_EQ(got.header.recorded_at, want.header.recorded_at);
  EXPECT_EQ(got.header.origin.actor, want.header.origin.actor);
  EXPECT_EQ(got.header.origin.capacity, want.header.origin.capacity);
  EXPECT_EQ(got.header.origin.request_id, want.header.origin.request_id);
  EXPECT_EQ(got.header.origin.correlation_id, want.header.origin.correlation_id);
  EXPECT_EQ(got.header.origin.causation_id, want.header.origin.causation_id);
  EXPECT_EQ(got.header.commit_first, want.header.commit_first);
  EXPECT_EQ(got.header.commit_size, want.header.commit_size);
  EXPECT_EQ(got.header.subject_key_id, want.header.subject_key_id);
  EXPECT_EQ(got.header.event_digest, want.header.event_digest);
  EXPECT_EQ(got.header.payload_bytes, want.header.payload_bytes);
  EXPECT_EQ(got.header.payload_digest, want.header.payload_digest);
  EXPECT_EQ(got.payload, want.payload);
  EXPECT_EQ(got.leaf_digest, want.leaf_digest);
}

absl::StatusOr<Record> Decoded(absl::string_view bytes) {
  Record record;
  if (absl::Status status = DecodeRecord(bytes, record); !status.ok()) return status;
  return record;
}

void ExpectDamaged(const absl::StatusOr<Record>& record) {
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.status().code(), absl::StatusCode::kDataLoss) << record.status();
  EXPECT_EQ(ErrorReason(record.status()), "RECORD_DAMAGED");
}

TEST(RecordFormat, RoundTrips) {
  for (const std::string& payload :
       {std::string(), std::string("\0\1\2", 3), std::string(256 * 1024, 'x')}) {
    Record record = SomeRecord(payload);
    const absl::StatusOr<Record> decoded = Decoded(EncodeRecord(record));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(*decoded, record);
  }
}

TEST(RecordFormat, LeavesNothingOfTheRecordThatWasInItsPlace) {
  Record longer = SomeRecord("a payload");
  longer.header.stream = std::string(200, 's');
  Record shorter = SomeRecord("");
  shorter.header.origin = {};
  const std::string bytes = EncodeRecord(shorter);
  ASSERT_TRUE(DecodeRecord(bytes, longer).ok());
  ExpectSame(longer, shorter);
}

TEST(RecordFormat, RoundTripsTheShortestAndTheLongestTexts) {
  for (const size_t size : {size_t{0}, size_t{255}}) {
    Record record = SomeRecord("p");
    record.header.stream = std::string(size, 's');
    record.header.type = std::string(size, 't');
    record.header.origin.actor = std::string(size, 'a');
    record.header.recorded_at = absl::FromUnixMicros(-1);
    const absl::StatusOr<Record> decoded = Decoded(EncodeRecord(record));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(*decoded, record);
  }
}

// Bytes that stand for ever: a change here is a change of format.
TEST(RecordFormat, KeepsItsBytes) {
  Record record = SomeRecord("payload");
  const Digest digest = Sha256(EncodeRecord(record));
  std::string hex;
  for (const uint8_t byte : digest) {
    hex.push_back("0123456789abcdef"[byte >> 4]);
    hex.push_back("0123456789abcdef"[byte & 15]);
  }
  EXPECT_EQ(hex, "8aacba410e35e8e00897dad2f805a57a7be915b7a5f11b9ce0fa9f19863b5acf");
}

TEST(RecordFormat, LeafIsOfTheHeaderAlone) {
  Record record = SomeRecord("payload");
  const std::string bytes = EncodeRecord(record);
  const std::string header = bytes.substr(0, bytes.size() - 7 - sizeof(Digest));
  const Digest header_digest = Sha256(header);
  const std::string entry("\0\1\2\3\4\5\6\7\10", 9);
  EXPECT_EQ(record.header_digest, header_digest);
  EXPECT_EQ(record.leaf_digest, Sha256(entry, AsBytes(header_digest)));
  EXPECT_EQ(record.leaf_digest, proofs::LeafHash(EntryOf(record)));
  EXPECT_EQ(EntryOf(record).size(), kEntryBytes);
}

TEST(RecordFormat, RefusesEveryFlippedByte) {
  Record record = SomeRecord("a payload");
  const std::string bytes = EncodeRecord(record);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ flip);
      SCOPED_TRACE(testing::Message() << "byte " << i << " flip " << flip);
      ExpectDamaged(Decoded(flipped));
    }
  }
}

TEST(RecordFormat, RefusesEveryTruncationAndExtension) {
  Record record = SomeRecord("a payload");
  const std::string bytes = EncodeRecord(record);
  for (size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE(testing::Message() << size << " bytes");
    ExpectDamaged(Decoded(absl::string_view(bytes).substr(0, size)));
    if (size > 0) ExpectDamaged(Decoded(absl::string_view(bytes).substr(size)));
  }
  ExpectDamaged(Decoded(bytes + '\0'));
}

TEST(RecordFormatDeathTest, CrashesOnATextThatIsTooLong) {
  Record record = SomeRecord("p");
  record.header.stream = std::string(256, 's');
  EXPECT_DEATH(EncodeRecord(record), "CHECK failed");
}

}  // namespace
}  // namespace trellis::eventstore
