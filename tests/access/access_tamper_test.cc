// Whoever changes the access log on disk is noticed: any byte, any row.
#include <filesystem>

#include "tests/access/access_fixture.h"

namespace trellis::access {
namespace {

// A log of five entries, closed, and its store open beneath it.
class TamperTest : public AccessTest {
 protected:
  void SetUp() override {
    AccessTest::SetUp();
    for (int i = 1; i <= 5; ++i) {
      Record(Look({i % 2, 2}, absl::StrCat("reason ", i)));
      clock_.Advance(absl::Hours(1));
    }
    Flush();
    head_ = log_->head();
  }

  // Opens the store of the log, which is closed for good.
  void OpenStore() {
    log_.reset();
    store_ = *AccessStore::Open(
        {.directory = directory_ / "access", .ledger = "test", .env = disk_.env()});
  }
  absl::StatusOr<Head> Verify() { return EntryReader(*store_).Verify(0, 0); }

  std::string Get(const std::string& key) {
    std::string value;
    EXPECT_TRUE(store_->db().Get(rocksdb::ReadOptions(), key, &value).ok()) << key;
    return value;
  }
  void Put(const std::string& key, const std::string& value) {
    ASSERT_TRUE(store_->db().Put(rocksdb::WriteOptions(), key, value).ok());
  }
  void Delete(const std::string& key) {
    ASSERT_TRUE(store_->db().Delete(rocksdb::WriteOptions(), key).ok());
  }

  // Changes each byte of the row in turn, and expects the log to be damaged.
  void FlipEachByte(const std::string& key) {
    const std::string value = Get(key);
    ASSERT_FALSE(value.empty());
    for (size_t i = 0; i < value.size(); ++i) {
      std::string changed = value;
      changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
      ASSERT_NO_FATAL_FAILURE(Put(key, changed));
      EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED") << "byte " << i;
    }
    Put(key, value);
    EXPECT_EQ(ReasonOf(Verify()), "OK");
  }

  Head head_;
  std::unique_ptr<AccessStore> store_;
};

TEST_F(TamperTest, NoticesEveryByteOfAnEntry) {
  OpenStore();
  for (const int64_t number : {1, 3, 5}) FlipEachByte(EntryKey(number));
}

TEST_F(TamperTest, NoticesEveryByteOfAReasonAndOfItsSalt) {
  OpenStore();
  FlipEachByte(ReasonKey(3));
}

TEST_F(TamperTest, NoticesEveryByteOfWhatWasDropped) {
  ASSERT_EQ(log_->DropBefore(clock_.Now() - absl::Hours(3)).value(), 2);
  OpenStore();
  FlipEachByte(kDroppedKey);
}

TEST_F(TamperTest, NoticesAMissingEntry) {
  OpenStore();
  for (const int64_t number : {1, 3}) {
    const std::string value = Get(EntryKey(number));
    Delete(EntryKey(number));
    EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED") << number;
    Put(EntryKey(number), value);
  }
  EXPECT_EQ(ReasonOf(Verify()), "OK");
}

TEST_F(TamperTest, NoticesEntriesThatChangedPlaces) {
  OpenStore();
  const std::string second = Get(EntryKey(2));
  Put(EntryKey(2), Get(EntryKey(4)));
  Put(EntryKey(4), second);
  EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, NoticesALogOfAnotherLedger) {
  OpenStore();
  Put("ledger", "other");
  store_.reset();
  store_ = *AccessStore::Open(
      {.directory = directory_ / "access", .ledger = "other", .env = disk_.env()});
  EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED");
}

// From inside it is a shorter log like any other: that is what a head is kept elsewhere for.
TEST_F(TamperTest, NoticesATailThatWasCutOffByItsHead) {
  OpenStore();
  for (const int subject : {1, 2}) Delete(SubjectKey(Person(subject), 5));
  Delete(ReasonKey(5));
  Delete(EntryKey(5));
  const Head now = Verify().value();
  EXPECT_EQ(now.number, 4);
  EXPECT_NE(now.digest, head_.digest);
  EXPECT_EQ(ReasonOf(EntryReader(*store_).Verify(1, head_.number)), "ACCESS_ENTRY_OUT_OF_RANGE");
}

// A history made anew holds in itself, and does not end as the first did.
TEST_F(TamperTest, NoticesARewrittenLogByItsHead) {
  log_.reset();
  std::filesystem::remove_all(directory_ / "access");
  Open();
  for (int i = 0; i < 5; ++i) Record(Look({1}));
  Flush();
  const Head other = log_->Verify(0, 0).value();
  EXPECT_EQ(other.number, head_.number);
  EXPECT_NE(other.digest, head_.digest);
}

TEST_F(TamperTest, NoticesAnIndexThatHidesAnEntry) {
  OpenStore();
  Delete(SubjectKey(Person(1), 3));
  EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, NoticesAnIndexThatShowsTooMuch) {
  OpenStore();
  Put(SubjectKey(Person(1), 4), "");
  EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED");
  EXPECT_EQ(ReasonOf(EntryReader(*store_).List(Person(1), 10, 0)), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, NoticesAReasonOfNoEntry) {
  OpenStore();
  Put(ReasonKey(9), Get(ReasonKey(5)));
  EXPECT_EQ(ReasonOf(Verify()), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, ShowsNoEntryThatIsNotWhatWasWritten) {
  OpenStore();
  std::string value = Get(EntryKey(3));
  value.back() = static_cast<char>(value.back() ^ 1);
  Put(EntryKey(3), value);
  EXPECT_EQ(ReasonOf(EntryReader(*store_).List(Person(2), 10, 0)), "ACCESS_LOG_DAMAGED");
  EXPECT_EQ(ReasonOf(EntryReader(*store_).ListAll(10, 0)), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, DoesNotGoOnFromADamagedEnd) {
  OpenStore();
  std::string value = Get(EntryKey(5));
  value[0] = static_cast<char>(value[0] ^ 1);
  Put(EntryKey(5), value);
  store_.reset();
  EXPECT_EQ(ReasonOf(AccessLog::Open(Options(), clock_)), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, BeginsNoNewLogWhereOneLostItsCurrentFile) {
  log_.reset();
  std::filesystem::remove(directory_ / "access/CURRENT");
  EXPECT_EQ(ReasonOf(AccessLog::Open(Options(), clock_)), "ACCESS_LOG_DAMAGED");
}

TEST_F(TamperTest, VerifiesAPartFromTheDigestBeforeIt) {
  EXPECT_EQ(log_->Verify(3, 5)->digest, head_.digest);
  EXPECT_EQ(log_->Verify(2, 4)->number, 4);
  EXPECT_EQ(ReasonOf(log_->Verify(2, 6)), "ACCESS_ENTRY_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(log_->Verify(5, 3)), "ACCESS_ENTRY_OUT_OF_RANGE");
}

// What a ledger recorded of it, and what it is compared with later.
TEST_F(AccessTest, IsNotWhatWasRecordedOnceItsEndOrBeginningIsGoneOrItIsAnother) {
  for (int i = 0; i < 4; ++i) {
    Record(Look({1}));
    clock_.Advance(absl::Hours(1));
  }
  Flush();
  const Anchor anchor{.head = log_->head(), .dropped = 1};
  EXPECT_EQ(log_->Compare(anchor), absl::OkStatus());
  Record(Look({1}));
  Flush();
  EXPECT_EQ(log_->Compare(anchor), absl::OkStatus()) << "it has grown";
  EXPECT_EQ(log_->DropBefore(absl::InfiniteFuture(), 1).value(), 1);
  EXPECT_EQ(log_->Compare(anchor), absl::OkStatus()) << "what was to be dropped is";
  EXPECT_EQ(log_->DropBefore(absl::InfiniteFuture(), 2).value(), 1);
  EXPECT_EQ(ReasonOf(log_->Compare(anchor)), "ACCESS_LOG_MISMATCH") << "more is dropped";
  const Anchor later{.head = {.number = 6, .digest = anchor.head.digest}, .dropped = 2};
  EXPECT_EQ(ReasonOf(log_->Compare(later)), "ACCESS_LOG_MISMATCH") << "its end is cut off";
  const Anchor other{.head = {.number = 3, .digest = anchor.head.digest}, .dropped = 2};
  EXPECT_EQ(ReasonOf(log_->Compare(other)), "ACCESS_LOG_MISMATCH") << "it is another";
  Anchor all{.head = log_->head(), .dropped = 5};
  EXPECT_EQ(log_->DropBefore(absl::InfiniteFuture()).value(), 3);
  EXPECT_EQ(log_->Compare(all), absl::OkStatus()) << "what is kept of it is a digest";
}

}  // namespace
}  // namespace trellis::access
