// What is recorded is listed, in pages, as it was.
#include <limits>

#include "base/timestamp.h"
#include "tests/access/access_fixture.h"

namespace trellis::access {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(AccessTest, ListsWhatWasRecorded) {
  v1::AccessEntry entry = Look({1}, "the tutor asked me to");
  entry.set_access_grant("accessGrants/5d0a3a52-0000-4000-8000-000000000002");
  entry.set_on_behalf_of(Person(7));
  Record(entry);
  Flush();
  const AccessPage page = log_->List(Person(1), 10, 0).value();
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.next, 0);
  v1::AccessEntry got = page.entries[0];
  EXPECT_EQ(got.number(), 1);
  EXPECT_EQ(FromTimestamp(got.read_time()), clock_.Now());
  EXPECT_EQ(got.reason_digest().size(), sizeof(Digest));
  got.clear_number();
  got.clear_read_time();
  got.clear_reason_digest();
  EXPECT_EQ(got.SerializeAsString(), entry.SerializeAsString());
}

TEST_F(AccessTest, ListsTheNewestFirstInPages) {
  for (int i = 1; i <= 7; ++i) Record(Look({i % 2}));
  Flush();
  const AccessPage first = log_->List(Person(1), 2, 0).value();
  EXPECT_THAT(NumbersOf(first), ElementsAre(7, 5));
  // What is recorded meanwhile moves no page.
  Record(Look({1}));
  Flush();
  const AccessPage second = log_->List(Person(1), 2, first.next).value();
  EXPECT_THAT(NumbersOf(second), ElementsAre(3, 1));
  EXPECT_EQ(second.next, 0);
  const AccessPage all = log_->ListAll(6, 0).value();
  EXPECT_THAT(NumbersOf(all), ElementsAre(8, 7, 6, 5, 4, 3));
  EXPECT_THAT(NumbersOf(log_->ListAll(6, all.next).value()), ElementsAre(2, 1));
  EXPECT_THAT(NumbersOf(log_->ListAll(6, std::numeric_limits<int64_t>::max()).value()),
              ElementsAre(8, 7, 6, 5, 4, 3));
}

TEST_F(AccessTest, BringsThePageSizeWithinItsLimits) {
  for (int i = 0; i < kPageMax + 1; ++i) Record(Look({1}));
  Flush();
  EXPECT_EQ(log_->List(Person(1), 0, 0)->entries.size(), 1u);
  EXPECT_EQ(log_->ListAll(-5, 0)->entries.size(), 1u);
  EXPECT_EQ(log_->List(Person(1), kPageMax + 1, 0)->entries.size(), size_t{kPageMax});
}

TEST_F(AccessTest, NamesNobodyElseInTheListOfOne) {
  Record(Look({1, 2, 3}));
  Flush();
  EXPECT_THAT(log_->List(Person(2), 10, 0)->entries[0].subjects(), ElementsAre(Person(2)));
  EXPECT_THAT(log_->ListAll(10, 0)->entries[0].subjects(),
              ElementsAre(Person(1), Person(2), Person(3)));
  EXPECT_THAT(NumbersAbout(4), IsEmpty());
}

TEST_F(AccessTest, DoesNotRecordThatItIsRead) {
  Record(Look({1}));
  Flush();
  ASSERT_TRUE(log_->List(Person(1), 10, 0).ok());
  ASSERT_TRUE(log_->ListAll(10, 0).ok());
  ASSERT_TRUE(log_->Verify(0, 0).ok());
  Flush();
  EXPECT_EQ(log_->head().number, 1);
}

TEST_F(AccessTest, GoesOnWhereItEnded) {
  Record(Look({1}, "first"));
  Reopen();
  EXPECT_EQ(log_->head().number, 1) << "closing writes what waits";
  Record(Look({1}));
  Flush();
  const Head head = log_->head();
  EXPECT_EQ(head.number, 2);
  Reopen();
  EXPECT_EQ(log_->head().digest, head.digest);
  EXPECT_EQ(log_->Verify(0, 0)->digest, head.digest);
}

TEST_F(AccessTest, WritesByItselfWhatNobodyFlushes) {
  disk_.HoldWalSyncs();
  Record(Look({1}));
  disk_.AwaitHeldWalSync();
  disk_.ReleaseWalSyncs();
  Flush();
  EXPECT_EQ(log_->head().number, 1);
}

TEST_F(AccessTest, SyncsManyEntriesAtOnce) {
  const int before = disk_.wal_syncs();
  for (int i = 0; i < 1'000; ++i) Record(Look({1}));
  Flush();
  EXPECT_LT(disk_.wal_syncs() - before, 100);
}

TEST_F(AccessTest, HasTimesThatDoNotGoBack) {
  Record(Look({1}));
  Flush();
  clock_.Advance(absl::Hours(-1));
  Record(Look({1}));
  Reopen();
  Record(Look({1}));
  Flush();
  const auto entries = log_->ListAll(3, 0)->entries;
  ASSERT_EQ(entries.size(), 3u);
  for (const v1::AccessEntry& entry : entries) {
    EXPECT_EQ(FromTimestamp(entry.read_time()), clock_.Now() + absl::Hours(1));
  }
  EXPECT_TRUE(log_->Verify(0, 0).ok());
}

TEST_F(AccessTest, IgnoresWhatIsItsOwnToSay) {
  v1::AccessEntry entry = Look({1});
  entry.set_number(77);
  entry.set_reason_digest("x");
  *entry.mutable_read_time() = ToTimestamp(absl::UnixEpoch());
  Record(entry);
  Flush();
  const v1::AccessEntry got = log_->ListAll(1, 0)->entries[0];
  EXPECT_EQ(got.number(), 1);
  EXPECT_EQ(got.reason_digest(), "");
  EXPECT_EQ(FromTimestamp(got.read_time()), clock_.Now());
}

TEST_F(AccessTest, RefusesWhatIsNoEntry) {
  std::vector<v1::AccessEntry> bad(10, Look({1}));
  bad[0].clear_subjects();
  bad[1].set_subjects(0, "people/7C2AB8F4-0000-4000-8000-000000000001");
  bad[2].add_subjects(Person(1));
  bad[3].clear_reader();
  bad[4].set_rpc(std::string(kNameBytesMax + 1, 'r'));
  bad[5].clear_record();
  bad[6].clear_outcome();
  bad[7].set_reason(std::string(kReasonBytesMax + 1, 'r'));
  bad[8].set_on_behalf_of("serviceAccounts/x");
  for (int i = 0; i < kSubjectsMax; ++i) bad[9].add_subjects(Person(i + 2));
  for (size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(ReasonOf(log_->Record(bad[i])), "ACCESS_ENTRY_MALFORMED") << i;
  }
  Flush();
  EXPECT_EQ(log_->head().number, 0);
}

TEST_F(AccessTest, TakesTheLargestEntry) {
  v1::AccessEntry entry = Look({}, std::string(kReasonBytesMax, 'r'));
  for (int i = 0; i < kSubjectsMax; ++i) entry.add_subjects(Person(i));
  Record(entry);
  Flush();
  EXPECT_THAT(NumbersAbout(kSubjectsMax - 1), ElementsAre(1));
  EXPECT_EQ(log_->ListAll(1, 0)->entries[0].reason().size(), kReasonBytesMax);
}

TEST_F(AccessTest, OpensNoLogOfAnotherLedger) {
  log_.reset();
  AccessLogOptions options = Options();
  options.ledger = "other";
  EXPECT_EQ(ReasonOf(AccessLog::Open(options, clock_)), "LEDGER_MISMATCH");
}

TEST_F(AccessTest, OpensNoLogThatIsOpen) {
  EXPECT_EQ(ReasonOf(AccessLog::Open(Options(), clock_)), "ACCESS_LOG_UNREADABLE");
}

TEST_F(AccessTest, BeginsAChainOfItsOwnForEachLedger) {
  EXPECT_EQ(log_->head().number, 0);
  EXPECT_EQ(log_->head().digest, FirstDigest("test"));
  EXPECT_NE(FirstDigest("test"), FirstDigest("other"));
  EXPECT_EQ(log_->Verify(0, 0)->digest, FirstDigest("test"));
}

}  // namespace
}  // namespace trellis::access
