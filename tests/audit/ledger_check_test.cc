// A whole ledger holds; one that was changed, however cleverly, does not.
#include "eventstore/keys.h"
#include "eventstore/record_format.h"
#include "proofs/tree_edge.h"
#include "tests/audit/ledger_fixture.h"

namespace trellis::audit {
namespace {

using LedgerCheckTest = LedgerTest;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(LedgerCheckTest, AGoodLedgerHoldsAndNoByteOfItChanges) {
  OpenViews();
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  const auto before = FilesOf(directory_.path());
  const auto report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << AllFindings(*report);
  EXPECT_TRUE(Verdict(*report).ok());
  EXPECT_EQ(report->events, events_);
  EXPECT_THAT(report->parts, SizeIs(8));
  EXPECT_THAT(report->parts[4].what, HasSubstr("8 requests wrote no events"));
  EXPECT_THAT(report->parts[7].what, HasSubstr("8 keys of earlier states"));
  EXPECT_THAT(report->notes, ::testing::IsEmpty());
  EXPECT_EQ(FilesOf(directory_.path()), before);
}

TEST_F(LedgerCheckTest, TheKeyBesideTheLogProvesLess) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  auto report = CheckLedger({.data = directory_.path(), .ledger = "test", .vault = &vault_});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << AllFindings(*report);
  ASSERT_THAT(report->notes, SizeIs(1));
  EXPECT_THAT(report->notes[0], HasSubstr("came with the data"));
  fs::remove(directory_ / "signing.pub");
  report = CheckLedger({.data = directory_.path(), .ledger = "test", .vault = &vault_});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(AllFindings(*report), HasSubstr("cannot be checked without a key"));
  const auto other = proofs::SignerKey::Generate("test", proofs::KeyType::kNote);
  report = CheckLedger(
      {.data = directory_.path(), .ledger = "test", .keys = {other->verifier()}, .vault = &vault_});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(AllFindings(*report), HasSubstr("cannot be believed"));
}

TEST_F(LedgerCheckTest, IsRefusedOfAnotherLedgerAndWhereThereIsNone) {
  EXPECT_EQ(ReasonOf(CheckLedger({.data = directory_.path(), .ledger = "other"}).status()),
            "LEDGER_MISMATCH");
  EXPECT_EQ(ReasonOf(CheckLedger({.data = directory_ / "none", .ledger = "test"}).status()),
            "LOG_UNREADABLE");
}

TEST_F(LedgerCheckTest, AnOlderCheckpointHoldsAndANewerOneDoesNot) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  fs::copy(directory_ / "log", scratch_ / "old-log");
  OpenLog();
  AddPerson();
  CloseBoth();
  auto report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << AllFindings(*report);
  ASSERT_THAT(report->notes, SizeIs(1));
  EXPECT_THAT(report->notes[0], HasSubstr("The last 2 events are younger"));
  SignLog();
  fs::remove_all(directory_ / "log");
  fs::rename(scratch_ / "old-log", directory_ / "log");
  report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(AllFindings(*report), HasSubstr(absl::StrCat(events_ + 2, " events were signed")));
}

// Everything in the directory follows from the changed record, but for the signature.
TEST_F(LedgerCheckTest, AHistoryThatWasRewrittenAsAWholeIsFoundByItsSignature) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  Tamper(directory_ / "log", [&](rocksdb::DB& db, const Families& families) {
    proofs::TreeEdge edge;
    for (Position position = 1; position <= events_; ++position) {
      const eventstore::PositionBytes key(position);
      std::string bytes;
      ASSERT_TRUE(db.Get({}, families.at("log"), key.slice(), &bytes).ok());
      eventstore::Record record;
      ASSERT_TRUE(eventstore::DecodeRecord(bytes, record).ok());
      if (position == 7) {
        record.payload += "!";
        record.header.payload_digest = Sha256(record.payload);
        record.header.payload_bytes = static_cast<uint32_t>(record.payload.size());
        bytes = eventstore::EncodeRecord(record);
        ASSERT_TRUE(db.Put({}, families.at("log"), key.slice(), bytes).ok());
      }
      for (const proofs::Tile& tile : edge.Append({record.leaf_digest})) {
        if (tile.id.level == 0 && tile.id.width < proofs::kTileWidth) continue;
        const eventstore::TileKey tile_key(tile.id.level, tile.id.index);
        ASSERT_TRUE(db.Put({}, families.at("tiles"), tile_key.slice(), tile.hashes).ok());
      }
    }
  });
  const auto report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(AllFindings(*report), absl::StrCat("checkpoint: the first ", events_,
                                               " events are not those that were "
                                               "signed\n"));
  EXPECT_EQ(ReasonOf(Verdict(*report)), "LEDGER_DAMAGED");
}

TEST_F(LedgerCheckTest, OneRowWithAFarKeyIsOneFinding) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  Tamper(directory_ / "log", [](rocksdb::DB& db, const Families& families) {
    const eventstore::PositionBytes far(Position{1} << 62);
    ASSERT_TRUE(db.Put({}, families.at("log"), far.slice(), "x").ok());
  });
  const auto report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->findings.count(), 1u) << AllFindings(*report);
}

TEST_F(LedgerCheckTest, FindingsAreCountedBeyondThoseThatAreKept) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  const AllRows rows = ReadRows(directory_.path());
  Tamper(directory_ / "log", [&](rocksdb::DB& db, const Families& families) {
    for (const auto& [key, value] : rows.at("streams")) {
      ASSERT_TRUE(db.Delete({}, families.at("streams"), key).ok());
    }
  });
  const auto report = Check(directory_.path());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->findings.count(), events_);
  EXPECT_THAT(report->findings.kept(), SizeIs(kFindingsMax));
}

}  // namespace
}  // namespace trellis::audit
