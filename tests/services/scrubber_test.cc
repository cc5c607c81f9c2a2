// What the scrubber finds in logs that a disk has changed in silence.
#include "services/scrubber.h"

#include "eventstore/database.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"
#include "tests/eventstore/log_fixture.h"

namespace trellis::services {
namespace {

using eventstore::Database;
using eventstore::Position;
using eventstore::PositionBytes;
using eventstore::Record;
using ::testing::HasSubstr;

constexpr Position kEvents = 600;

class ScrubberTest : public eventstore::LogTest {
 protected:
  void SetUp() override {
    LogTest::SetUp();
    for (Position i = 0; i < kEvents; i += 20) {
      const std::string stream = absl::StrCat("s", i % 7);
      ASSERT_TRUE(Write(eventstore::NewCommit(
                            {eventstore::ToStream(stream, log_->StreamRevision(stream).value(),
                                                  std::vector<std::string>(20, "text"))}))
                      .ok());
    }
    records_ = eventstore::AllRecords(*log_);
  }

  // Changes the database of the closed log, then opens the log again.
  void Tamper(const std::function<void(const Database&)>& change) {
    log_.reset();
    {
      const auto database = Database::Open(Options());
      ASSERT_TRUE(database.ok()) << database.status();
      change(**database);
    }
    Open();
  }
  void Put(rocksdb::ColumnFamilyHandle* family, const Database& database, const rocksdb::Slice& key,
           const std::string& value) {
    ASSERT_TRUE(database.db().Put({}, family, key, value).ok());
  }

  // What a pass finds.
  absl::Status Scrub() {
    Scrubber scrubber(*log_, clock_);
    const absl::Status status = scrubber.RunOnce();
    EXPECT_EQ(scrubber.status().found, status);
    EXPECT_EQ(scrubber.status().complete_at, status.ok() ? clock_.Now() : absl::InfinitePast());
    return status;
  }
  void ExpectFound(const std::string& reason, const std::string& what) {
    const absl::Status status = Scrub();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(ErrorReason(status), reason);
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
  }

  std::vector<Record> records_;
};

TEST_F(ScrubberTest, FindsNothingInAGoodLog) {
  Scrubber scrubber(*log_, clock_);
  EXPECT_TRUE(scrubber.RunOnce().ok());
  EXPECT_EQ(scrubber.status().position, kEvents);
  EXPECT_EQ(scrubber.status().size, kEvents);
}

TEST_F(ScrubberTest, FindsARecordWhoseBytesChanged) {
  Tamper([&](const Database& database) {
    std::string bytes = eventstore::EncodeRecord(records_[99]);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    Put(database.log(), database, PositionBytes(100).slice(), bytes);
  });
  ExpectFound("RECORD_DAMAGED", "position 100:");
}

TEST_F(ScrubberTest, FindsARecordThatIsGone) {
  Tamper([&](const Database& database) {
    ASSERT_TRUE(database.db().Delete({}, database.log(), PositionBytes(300).slice()).ok());
  });
  ExpectFound("RECORD_MISSING", "position 300:");
}

TEST_F(ScrubberTest, FindsARecordThatWasWrittenAnew) {
  Tamper([&](const Database& database) {
    Record record = records_[9];
    record.payload = "other text";
    record.header.payload_digest = Sha256(record.payload);
    record.header.payload_bytes = static_cast<uint32_t>(record.payload.size());
    Put(database.log(), database, PositionBytes(10).slice(), eventstore::EncodeRecord(record));
  });
  ExpectFound("SCRUB_MISMATCH", "tile 0 does not hold");
}

TEST_F(ScrubberTest, FindsIndexesThatHaveLostARecord) {
  const eventstore::Header& header = records_[449].header;
  Tamper([&](const Database& database) {
    ASSERT_TRUE(database.db()
                    .Delete({}, database.streams(),
                            eventstore::StreamKey(header.stream, header.revision).slice())
                    .ok());
  });
  EXPECT_EQ(Scrub().code(), absl::StatusCode::kDataLoss);
  Tamper([&](const Database& database) {
    Put(database.streams(), database, eventstore::StreamKey(header.stream, header.revision).slice(),
        PositionBytes(450).slice().ToString());
    ASSERT_TRUE(
        database.db()
            .Delete({}, database.requests(), eventstore::RequestKey(header.origin.request_id))
            .ok());
  });
  ExpectFound("SCRUB_MISMATCH", "is not known");
}

TEST_F(ScrubberTest, FindsATileThatChanged) {
  Tamper([&](const Database& database) {
    Put(database.tiles(), database, eventstore::TileKey(0, 1).slice(),
        std::string(256 * sizeof(Digest), 'x'));
  });
  ExpectFound("SCRUB_MISMATCH", "tile 1");
}

TEST_F(ScrubberTest, StopsInTheMiddleOfAPass) {
  Scrubber scrubber(*log_, clock_);
  scrubber.Start();
  scrubber.Stop();
  EXPECT_LT(scrubber.status().position, kEvents);
  EXPECT_TRUE(scrubber.status().found.ok());
}

}  // namespace
}  // namespace trellis::services
