// The power is cut, and writes fail, at each step of all that a key store does.
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"
#include "tests/vault/crash_disk.h"
#include "tests/vault/scan.h"
#include "vault/key_store.h"

namespace trellis::vault {
namespace {

// How often each cut is tried: what it loses differs.
constexpr int kRounds = 20;

class KeyStoreCrashTest : public ::testing::Test {
 protected:
  // A store with people/1 to people/6 in three batches, of whom people/5 is erased.
  void Begin() {
    store_.reset();
    disk_ = std::make_unique<testing::CrashDisk>();
    directory_ = disk_->OpenDirectory("d");
    ASSERT_TRUE(CreateKeyStore(*directory_, master_).ok());
    ASSERT_TRUE(Open().ok());
    known_.clear();
    Make({"people/1"});
    Make({"people/2", "people/3"});
    Make({"people/4", "people/5", "people/6"});
    ASSERT_TRUE(store_->Destroy({"people/5"}).ok());
    known_.erase("people/5");
    disk_->Restart(random_);
    ASSERT_TRUE(Open().ok());
  }

  void Make(const std::vector<std::string>& subjects) {
    const absl::StatusOr<std::vector<DataKey>> keys = store_->KeysOf(subjects);
    if (!keys.ok()) return;
    for (size_t i = 0; i < subjects.size(); ++i) {
      known_.insert_or_assign(subjects[i], std::string((*keys)[i].secret().view()));
    }
  }

  absl::Status Open() {
    absl::StatusOr<std::unique_ptr<KeyStore>> opened =
        KeyStore::Open(*directory_, {.masters = {master_, next_}});
    if (opened.ok()) store_ = *std::move(opened);
    return opened.status();
  }

  // Each key that somebody got is there; who was erased stays so.
  void CheckKnown() {
    for (const auto& [subject, secret] : known_) {
      const absl::StatusOr<DataKey> key = store_->Find(subject);
      ASSERT_TRUE(key.ok()) << key.status();
      ASSERT_EQ(key->secret().view(), secret) << subject;
    }
    ASSERT_EQ(ErrorReason(store_->KeyOf("people/5").status()), "SUBJECT_ERASED");
  }

  // Does `act` with the power cut at each of its changes, and after a start `check`; the start is
  // cut, too.
  void CutEverywhere(const std::function<void()>& act, const std::function<void()>& check) {
    uint64_t cuts = 0;
    for (int round = 0; round < kRounds; ++round) {
      for (uint64_t change = 1;; ++change) {
        SCOPED_TRACE(absl::StrCat("cut at change ", change, " in round ", round));
        ASSERT_NO_FATAL_FAILURE(Begin());
        disk_->CutPowerAt(disk_->changes() + change);
        act();
        const bool cut = disk_->power_is_cut();
        store_.reset();
        disk_->Restart(random_);
        disk_->CutPowerAt(1 + random_() % 8);
        if (Open().ok()) {
          ASSERT_NO_FATAL_FAILURE(CheckKnown());
        }
        store_.reset();
        disk_->Restart(random_);
        const absl::Status status = Open();
        ASSERT_TRUE(status.ok()) << status;
        ASSERT_NO_FATAL_FAILURE(CheckKnown());
        ASSERT_NO_FATAL_FAILURE(check());
        if (!cut) break;
        ++cuts;
      }
    }
    EXPECT_GE(cuts, uint64_t{kRounds} * 2);
  }

  std::mt19937_64 random_{trellis::testing::Seed()};
  const MasterKey master_ = MasterKey::Generate();
  const MasterKey next_ = MasterKey::Generate();
  std::unique_ptr<testing::CrashDisk> disk_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<KeyStore> store_;
  std::map<std::string, std::string> known_;
};

TEST_F(KeyStoreCrashTest, AKeyThatSomebodyGotIsThereAfterAPowerCut) {
  CutEverywhere(
      [&] {
        Make({"people/7"});
        Make({"people/8", "people/9", "people/10", "people/11"});
        Make({"people/12"});
      },
      [&] {
        // Those that nobody got, too, have one key from now on.
        Make({"people/7", "people/10"});
        store_.reset();
        ASSERT_TRUE(Open().ok());
        CheckKnown();
      });
}

TEST_F(KeyStoreCrashTest, AnErasureIsWholeOrHasNotBegun) {
  std::string secret;
  bool destroyed = false;
  CutEverywhere(
      [&] {
        secret = known_.at("people/3");
        known_.erase("people/3");
        destroyed = store_->Destroy({"people/3", "people/13"}).ok();
      },
      [&] {
        const absl::StatusOr<DataKey> key = store_->Find("people/3");
        const bool gone = ErrorReason(key.status()) == "SUBJECT_ERASED";
        ASSERT_TRUE(gone || (key.ok() && key->secret().view() == secret)) << key.status();
        ASSERT_TRUE(gone || !destroyed);
        if (!gone) {
          ASSERT_TRUE(store_->Destroy({"people/3"}).ok());
        }
        SlotFile keys = *SlotFile::Open(*directory_, "keys", "trellis keys 1");
        ASSERT_TRUE(keys.Recover({},
                                 [&](SlotNumber number, const Slot& slot) {
                                   EXPECT_NE(slot.subject, "people/3");
                                   EXPECT_EQ(slot.kind == Slot::Kind::kEmpty,
                                             number == 3 || number == 5);
                                   return absl::OkStatus();
                                 })
                        .ok());
      });
}

TEST_F(KeyStoreCrashTest, TheWrappedKeyIsGoneFromTheDiskOnceItIsDestroyed) {
  CutEverywhere([&] { (void)store_->RewrapAll(next_); },
                [&] {
                  SlotFile keys = *SlotFile::Open(*directory_, "keys", "trellis keys 1");
                  const Slot slot = *keys.Get(2);
                  const std::string wrapped(slot.wrapped.begin(), slot.wrapped.end());
                  ASSERT_TRUE(testing::HoldsPartOf(disk_->AllBytes(), wrapped));
                  ASSERT_TRUE(store_->Destroy({slot.subject}).ok());
                  ASSERT_FALSE(testing::HoldsPartOf(disk_->AllBytes(), wrapped));
                });
}

TEST_F(KeyStoreCrashTest, AChangeOfTheMasterKeyIsWholeOrHasNotBegun) {
  bool changed = false;
  CutEverywhere([&] { changed = store_->RewrapAll(next_).ok(); },
                [&] {
                  if (changed) {
                    ASSERT_EQ(store_->master().id(), next_.id());
                  }
                  ASSERT_EQ(*directory_->Open("keys.next"), nullptr);
                  ASSERT_TRUE(store_->RewrapAll(next_).ok());
                  CheckKnown();
                  ASSERT_TRUE(KeyStore::Open(*directory_, {.masters = {next_}}).ok());
                });
}

TEST_F(KeyStoreCrashTest, ABackupIsWholeOrIsNone) {
  bool made = false;
  CutEverywhere(
      [&] {
        const auto backup = disk_->OpenDirectory("backup");
        made = store_->BackUp(*backup).ok();
      },
      [&] {
        const auto backup = disk_->OpenDirectory("backup");
        const bool holds = *HoldsKeyStore(*backup);
        ASSERT_TRUE(holds || !made);
        if (!holds) {
          ASSERT_TRUE(store_->BackUp(*backup).ok());
        }
        const auto copy = KeyStore::Open(*backup, {.masters = {master_}});
        ASSERT_TRUE(copy.ok()) << copy.status();
        for (const auto& [subject, secret] : known_) {
          ASSERT_EQ((*copy)->Find(subject)->secret().view(), secret);
        }
      });
}

// Whether what failed is on the disk or not: after a start the store is as somebody was told.
TEST_F(KeyStoreCrashTest, WritesNothingAfterAWriteThatFailed) {
  for (uint64_t change = 1; change <= 2; ++change) {
    ASSERT_NO_FATAL_FAILURE(Begin());
    disk_->FailChange(disk_->changes() + change);
    const absl::Status status = store_->KeyOf("people/7").status();
    ASSERT_EQ(ErrorReason(status), "KEY_STORE_FAILED");
    EXPECT_EQ(ErrorReason(store_->KeyOf("people/8").status()), "KEY_STORE_FAILED");
    EXPECT_EQ(ErrorReason(store_->Destroy({"people/1"})), "KEY_STORE_FAILED");
    EXPECT_EQ(ErrorReason(store_->RewrapAll(next_)), "KEY_STORE_FAILED");
    EXPECT_EQ(ErrorReason(store_->BackUp(*disk_->OpenDirectory("backup"))), "KEY_STORE_FAILED");
    EXPECT_TRUE(store_->Find("people/1").ok());
    EXPECT_TRUE(store_->KeyOf("people/1").ok());
    disk_->Restart(random_);
    ASSERT_TRUE(Open().ok());
    CheckKnown();
    EXPECT_TRUE(store_->KeyOf("people/8").ok());
  }
}

// A disk that is full while the new file is written leaves the old one, and the store goes on.
TEST_F(KeyStoreCrashTest, AChangeOfTheMasterKeyThatFailsEarlyLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  disk_->FailChange(disk_->changes() + 3);
  ASSERT_EQ(ErrorReason(store_->RewrapAll(next_)), "KEY_STORE_UNWRITABLE");
  EXPECT_EQ(*directory_->Open("keys.next"), nullptr);
  EXPECT_EQ(store_->master().id(), master_.id());
  EXPECT_TRUE(store_->KeyOf("people/7").ok());
  CheckKnown();
}

}  // namespace
}  // namespace trellis::vault
