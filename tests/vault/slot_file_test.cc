#include "vault/slot_file.h"

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/vault/crash_disk.h"

namespace trellis::vault {
namespace {

constexpr char kMagic[] = "test";

class SlotFileTest : public ::testing::Test {
 protected:
  SlotFileTest() {
    SlotFile file =
        *SlotFile::Create(*directory_, "keys", {.kind = Slot::Kind::kFile, .subject = kMagic});
    // Batches of 2, 1 and 3.
    for (const size_t count : {2, 1, 3}) {
      std::vector<Slot> slots(count, Slot{.kind = Slot::Kind::kKey});
      for (Slot& slot : slots) slot.subject = absl::StrCat("s", ++written_);
      EXPECT_TRUE(file.Append(absl::MakeSpan(slots), true).ok());
    }
  }

  void Spoil(SlotNumber number) {
    EXPECT_TRUE((*directory_->Open("keys"))->Write(number * kSlotBytes + 77, "spoilt").ok());
  }

  // The subjects that it has after a start, or why it does not.
  std::string Recovered(const absl::flat_hash_set<SlotNumber>& erased = {}) {
    absl::StatusOr<SlotFile> file = SlotFile::Open(*directory_, "keys", kMagic);
    if (!file.ok()) return ErrorReason(file.status());
    std::string subjects;
    const absl::Status status = file->Recover(erased, [&](SlotNumber, const Slot& slot) {
      absl::StrAppend(&subjects, slot.subject, " ");
      return absl::OkStatus();
    });
    if (!status.ok()) return std::string(status.message());
    EXPECT_EQ(file->size(), 6U);
    return subjects;
  }

  testing::CrashDisk disk_;
  const std::unique_ptr<Directory> directory_ = disk_.OpenDirectory("d");
  int written_ = 0;
};

TEST_F(SlotFileTest, HasWhatWasWritten) { EXPECT_EQ(Recovered(), "s1 s2 s3 s4 s5 s6 "); }

TEST_F(SlotFileTest, EmptiesWhatIsTornInTheLastBatchAndNothingElse) {
  Spoil(5);
  EXPECT_EQ(Recovered(), "s1 s2 s3 s4 s6 ");
  // It is as good as new: a slot, with nothing in it.
  EXPECT_EQ(Recovered(), "s1 s2 s3 s4  s6 ");
}

TEST_F(SlotFileTest, RefusesWhatIsDamagedBeforeTheLastBatch) {
  for (const SlotNumber number : {1U, 2U, 3U}) {
    SCOPED_TRACE(number);
    const std::string before = (*directory_->Open("keys"))->Read(number * kSlotBytes, 192).value();
    Spoil(number);
    EXPECT_EQ(Recovered(), absl::StrCat("key store file d/keys has no slot ", number));
    ASSERT_TRUE((*directory_->Open("keys"))->Write(number * kSlotBytes, before).ok());
  }
}

TEST_F(SlotFileTest, EmptiesWhatAnErasureHasTorn) {
  Spoil(2);
  EXPECT_EQ(Recovered({2, 5}), "s1 s3 s4 s6 ");
  EXPECT_EQ(disk_.AllBytes().find("s5"), std::string::npos);
}

// An erasure shows that all before it was synced, the last batch too.
TEST_F(SlotFileTest, RefusesWhatIsDamagedBeforeAnErasure) {
  Spoil(4);
  EXPECT_EQ(Recovered({5}), "key store file d/keys has no slot 4");
}

TEST_F(SlotFileTest, RefusesAFileOfSomethingElse) {
  EXPECT_EQ(SlotFile::Open(*directory_, "keys", "other").status().message(),
            "key store file d/keys does not begin with other");
  EXPECT_EQ(SlotFile::Open(*directory_, "none", kMagic).status().message(),
            "key store file d/none does not exist");
  Spoil(0);
  EXPECT_EQ(Recovered(), "KEY_STORE_DAMAGED");
}

TEST(SlotTest, IsRightInItsPlaceAlone) {
  const Slot slot{.kind = Slot::Kind::kKey,
                  .batch_first = 3,
                  .erased_slot = 70'000,
                  .subject = std::string(kSubjectBytesMax, 's')};
  const std::string bytes = EncodeSlot(7, slot);
  ASSERT_EQ(bytes.size(), kSlotBytes);
  const std::optional<Slot> read = DecodeSlot(7, bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->batch_first, 3U);
  EXPECT_EQ(read->erased_slot, 70'000U);
  EXPECT_EQ(read->subject, slot.subject);
  EXPECT_FALSE(DecodeSlot(8, bytes).has_value());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(DecodeSlot(7, changed).has_value()) << i;
    EXPECT_FALSE(DecodeSlot(7, bytes.substr(0, i)).has_value()) << i;
  }
}

}  // namespace
}  // namespace trellis::vault
