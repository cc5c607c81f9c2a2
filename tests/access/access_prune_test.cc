// What must not be kept goes, from the disk too, and the chain still holds.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "absl/strings/match.h"
#include "tests/access/access_fixture.h"
#include "tests/support/seed.h"

namespace trellis::access {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Some letters that no compression makes shorter.
std::string Secret(std::mt19937_64& random) {
  std::string secret(60, ' ');
  for (char& letter : secret) letter = static_cast<char>('!' + random() % 94);
  return secret;
}

class PruneTest : public AccessTest {
 protected:
  // Whether a file of the log holds these bytes.
  bool IsOnDisk(const std::string& bytes) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory_ / "access")) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (absl::StrContains(all, bytes)) return true;
    }
    return false;
  }

  std::mt19937_64 random_{testing::Seed()};
};

TEST_F(PruneTest, DropsWhatIsOldAndVerifiesTheRest) {
  for (int i = 1; i <= 6; ++i) {
    Record(Look({i % 2}, "why"));
    clock_.Advance(absl::Hours(1));
  }
  Flush();
  const Head head = log_->head();
  const Head third = log_->Verify(1, 3).value();
  // The third was recorded four hours ago: it stays at four, and goes at less.
  EXPECT_EQ(log_->DropBefore(clock_.Now() - absl::Hours(4)).value(), 2);
  EXPECT_THAT(NumbersOf(log_->ListAll(10, 0).value()), ElementsAre(6, 5, 4, 3));
  EXPECT_THAT(NumbersAbout(1), ElementsAre(5, 3));
  EXPECT_THAT(NumbersAbout(0), ElementsAre(6, 4));
  EXPECT_EQ(log_->Verify(0, 0)->digest, head.digest);
  EXPECT_EQ(log_->Verify(0, 3)->digest, third.digest) << "a head that was kept still compares";
  EXPECT_EQ(ReasonOf(log_->Verify(1, 3)), "ACCESS_ENTRY_OUT_OF_RANGE");
  EXPECT_EQ(log_->DropBefore(clock_.Now() - absl::Hours(4)).value(), 0);
}

TEST_F(PruneTest, DropsNothingAfterTheLastThatMayGo) {
  for (int i = 1; i <= 6; ++i) {
    Record(Look({1}));
    clock_.Advance(absl::Hours(1));
  }
  Flush();
  const absl::Time time = clock_.Now() - absl::Hours(2);
  EXPECT_EQ(log_->LastBefore(time).value(), 4);
  EXPECT_EQ(log_->DropBefore(time, 2).value(), 2);
  EXPECT_EQ(log_->Dropped()->number, 2);
  EXPECT_EQ(log_->LastBefore(time).value(), 4);
  EXPECT_EQ(log_->LastBefore(absl::InfinitePast()).value(), 2) << "all of those that went";
  EXPECT_EQ(log_->LastBefore(absl::InfiniteFuture()).value(), 6);
}

TEST_F(PruneTest, GoesOnAfterEverythingWasDropped) {
  for (int i = 0; i < 3; ++i) Record(Look({1}, "why"));
  Flush();
  const Head head = log_->head();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(log_->DropBefore(clock_.Now()).value(), 3);
  EXPECT_THAT(NumbersOf(log_->ListAll(10, 0).value()), IsEmpty());
  Reopen();
  EXPECT_EQ(log_->head().number, 3);
  EXPECT_EQ(log_->head().digest, head.digest);
  Record(Look({1}));
  Flush();
  EXPECT_THAT(NumbersAbout(1), ElementsAre(4));
  EXPECT_EQ(log_->Verify(0, 0)->number, 4);
}

TEST_F(PruneTest, DropsMoreThanOneBatchHolds) {
  for (int i = 0; i < 2'500; ++i) Record(Look({i % 3}, "why"));
  Flush();
  clock_.Advance(absl::Hours(1));
  Record(Look({1}));
  Flush();
  EXPECT_EQ(log_->DropBefore(clock_.Now()).value(), 2'500);
  EXPECT_THAT(NumbersAbout(1), ElementsAre(2'501));
  EXPECT_TRUE(log_->Verify(0, 0).ok());
}

TEST_F(PruneTest, ForgetsReasonsAndKeepsTheEntries) {
  Record(Look({1}, "of one"));
  Record(Look({2}, "of another"));
  Record(Look({1, 2}, "of both"));
  Record(Look({1}));
  // Not flushed: what was recorded just now is forgotten too.
  EXPECT_EQ(log_->ForgetReasons(Person(1)).value(), 2);
  const auto entries = log_->ListAll(10, 0)->entries;
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[3].reason(), "");
  EXPECT_EQ(entries[3].reason_digest().size(), sizeof(Digest)) << "that there was one stays known";
  EXPECT_EQ(entries[2].reason(), "of another");
  EXPECT_EQ(entries[1].reason(), "");
  EXPECT_EQ(entries[0].reason_digest(), "");
  EXPECT_EQ(log_->Verify(0, 0)->digest, log_->head().digest);
  EXPECT_EQ(log_->ForgetReasons(Person(1)).value(), 0);
}

TEST_F(PruneTest, ForgetsReasonsOfMoreEntriesThanOneBatchHolds) {
  for (int i = 0; i < 2'500; ++i) Record(Look({1}, "why"));
  EXPECT_EQ(log_->ForgetReasons(Person(1)).value(), 2'500);
  EXPECT_TRUE(log_->Verify(0, 0).ok());
}

TEST_F(PruneTest, LeavesNoForgottenReasonOnTheDisk) {
  const std::string before = Secret(random_);
  const std::string after = Secret(random_);
  Record(Look({1}, before));
  Flush();
  ASSERT_TRUE(IsOnDisk(before));
  Reopen();
  Record(Look({1}, after));
  Flush();
  ASSERT_TRUE(IsOnDisk(after));
  ASSERT_EQ(log_->ForgetReasons(Person(1)).value(), 2);
  EXPECT_FALSE(IsOnDisk(before));
  EXPECT_FALSE(IsOnDisk(after));
  Reopen();
  EXPECT_FALSE(IsOnDisk(before));
  EXPECT_FALSE(IsOnDisk(after));
}

TEST_F(PruneTest, LeavesNoDroppedEntryOnTheDisk) {
  v1::AccessEntry entry = Look({1});
  entry.set_record(Secret(random_));
  Record(entry);
  Flush();
  ASSERT_TRUE(IsOnDisk(entry.record()));
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(log_->DropBefore(clock_.Now()).value(), 1);
  EXPECT_FALSE(IsOnDisk(entry.record()));
}

// Whoever has the chain cannot find out by trying what a forgotten reason was.
TEST_F(PruneTest, GivesEachReasonASaltOfItsOwn) {
  Record(Look({1}, "sick"));
  Record(Look({1}, "sick"));
  Flush();
  const auto entries = log_->ListAll(2, 0)->entries;
  EXPECT_NE(entries[0].reason_digest(), entries[1].reason_digest());
}

}  // namespace
}  // namespace trellis::access
