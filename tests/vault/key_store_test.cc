#include "vault/key_store.h"

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"
#include "tests/vault/scan.h"
#include "vault/sealed.h"

namespace trellis::vault {
namespace {

using ::trellis::vault::testing::AllBytesUnder;
using ::trellis::vault::testing::HoldsPartOf;

class KeyStoreTest : public ::testing::Test {
 protected:
  KeyStoreTest() {
    EXPECT_TRUE(CreateKeyStore(*directory_, master_).ok());
    Reopen();
  }

  void Reopen(KeyStore::Options options) {
    store_.reset();
    absl::StatusOr<std::unique_ptr<KeyStore>> opened =
        KeyStore::Open(*directory_, std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  void Reopen() { Reopen({.masters = {master_}}); }

  std::string FindReason(absl::string_view subject) {
    return ErrorReason(store_->Find(subject).status());
  }
  // What of `key` could open what it sealed, as the disk may have it.
  std::string WrappedOf(absl::string_view subject) {
    SlotFile keys = *SlotFile::Open(*directory_, "keys", "trellis keys 1");
    std::string wrapped;
    EXPECT_TRUE(keys.Recover({},
                             [&](SlotNumber, const Slot& slot) {
                               if (slot.subject == subject) {
                                 wrapped.assign(slot.wrapped.begin(), slot.wrapped.end());
                               }
                               return absl::OkStatus();
                             })
                    .ok());
    EXPECT_EQ(wrapped.size(), kWrappedBytes);
    return wrapped;
  }

  const trellis::testing::TempDirectory temp_;
  const MasterKey master_ = MasterKey::Generate();
  const std::unique_ptr<Directory> directory_ = *OpenDirectory(temp_ / "keys");
  std::unique_ptr<KeyStore> store_;
};

TEST_F(KeyStoreTest, ASubjectHasOneKeyForEver) {
  const DataKey key = *store_->KeyOf("people/1");
  EXPECT_EQ(store_->KeyOf("people/1")->id(), key.id());
  EXPECT_NE(store_->KeyOf("people/2")->id(), key.id());
  Reopen();
  EXPECT_EQ(store_->Find("people/1")->secret().view(), key.secret().view());
  EXPECT_EQ(store_->FindById(key.id())->secret().view(), key.secret().view());
  EXPECT_EQ(FindReason("people/3"), "KEY_NOT_FOUND");
  EXPECT_EQ(ErrorReason(store_->FindById(Uuid{}).status()), "KEY_NOT_FOUND");
}

TEST_F(KeyStoreTest, GivesKeysInTheOrderOfTheirSubjects) {
  const std::string known(store_->KeyOf("b")->secret().view());
  const std::vector<DataKey> keys = *store_->KeysOf({"c", "b", "a", "c"});
  ASSERT_EQ(keys.size(), 4U);
  EXPECT_EQ(keys[0].id(), store_->Find("c")->id());
  EXPECT_EQ(keys[1].secret().view(), known);
  EXPECT_EQ(keys[2].id(), store_->Find("a")->id());
  EXPECT_EQ(keys[3].id(), keys[0].id());
  EXPECT_TRUE(store_->KeysOf({})->empty());
}

TEST_F(KeyStoreTest, RefusesWhatNamesNobody) {
  for (const std::string& subject :
       {std::string(), std::string("two words"), std::string("people/\n"), std::string("\xc3\xa9"),
        std::string(kSubjectBytesMax + 1, 's')}) {
    EXPECT_EQ(ErrorReason(store_->KeyOf(subject).status()), "SUBJECT_MALFORMED") << subject;
    EXPECT_EQ(FindReason(subject), "SUBJECT_MALFORMED") << subject;
    EXPECT_EQ(ErrorReason(store_->Destroy({subject})), "SUBJECT_MALFORMED") << subject;
  }
  EXPECT_TRUE(store_->KeyOf(std::string(kSubjectBytesMax, 's')).ok());
}

TEST_F(KeyStoreTest, ReadsAgainWhatItForgot) {
  std::vector<std::string> subjects;
  for (int i = 0; i < 100; ++i) subjects.push_back(absl::StrCat("people/", i));
  Reopen({.masters = {master_}, .cached_keys_max = 3});
  const std::vector<DataKey> keys = *store_->KeysOf(subjects);
  for (size_t i = 0; i < subjects.size(); ++i) {
    EXPECT_EQ(store_->Find(subjects[i])->secret().view(), keys[i].secret().view());
  }
}

TEST_F(KeyStoreTest, NoKeyIsOnDiskInPlainText) {
  const DataKey key = *store_->KeyOf("people/1");
  const std::string bytes = AllBytesUnder(temp_.path());
  EXPECT_TRUE(HoldsPartOf(bytes, "people/1"));
  EXPECT_FALSE(HoldsPartOf(bytes, key.secret().view()));
}

TEST_F(KeyStoreTest, ADestroyedKeyIsInNoFile) {
  const std::vector<DataKey> keys = *store_->KeysOf({"people/1", "people/2", "people/3"});
  const std::string secret(keys[1].secret().view());
  const std::string wrapped = WrappedOf("people/2");
  ASSERT_TRUE(HoldsPartOf(AllBytesUnder(temp_.path()), wrapped));
  ASSERT_TRUE(store_->Destroy({"people/2"}).ok());
  for (int i = 0; i < 2; ++i) {
    const std::string bytes = AllBytesUnder(temp_.path());
    EXPECT_FALSE(HoldsPartOf(bytes, wrapped));
    EXPECT_FALSE(HoldsPartOf(bytes, secret));
    EXPECT_EQ(FindReason("people/2"), "SUBJECT_ERASED");
    EXPECT_EQ(ErrorReason(store_->FindById(keys[1].id()).status()), "SUBJECT_ERASED");
    EXPECT_EQ(ErrorReason(store_->KeysOf({"people/9", "people/2"}).status()), "SUBJECT_ERASED");
    EXPECT_EQ(FindReason("people/9"), "KEY_NOT_FOUND");
    EXPECT_EQ(store_->Find("people/1")->id(), keys[0].id());
    EXPECT_EQ(store_->Find("people/3")->id(), keys[2].id());
    Reopen();
  }
}

TEST_F(KeyStoreTest, WhoIsErasedBeforeTheyHaveAKeyGetsNone) {
  ASSERT_TRUE(store_->Destroy({"people/1", "people/1"}).ok());
  ASSERT_TRUE(store_->Destroy({"people/1"}).ok());
  Reopen();
  EXPECT_EQ(ErrorReason(store_->KeyOf("people/1").status()), "SUBJECT_ERASED");
}

TEST_F(KeyStoreTest, AnOldBackupBringsNobodyBack) {
  const std::vector<DataKey> keys = *store_->KeysOf({"people/1", "people/2", "people/3"});
  const std::string wrapped = WrappedOf("people/2");
  ASSERT_TRUE(store_->Destroy({"people/3"}).ok());
  const auto backup = *OpenDirectory(temp_ / "backup");
  ASSERT_TRUE(store_->BackUp(*backup).ok());
  EXPECT_EQ(ErrorReason(store_->BackUp(*backup)), "KEY_STORE_EXISTS");
  ASSERT_TRUE(store_->Destroy({"people/2"}).ok());

  const auto restored = *OpenDirectory(temp_ / "restored");
  ASSERT_TRUE(CopyKeyStore(*backup, *restored).ok());
  const auto store =
      *KeyStore::Open(*restored, {.masters = {master_}, .erased = {"people/2", "people/4"}});
  EXPECT_EQ(store->Find("people/1")->id(), keys[0].id());
  for (const char* gone : {"people/2", "people/3", "people/4"}) {
    EXPECT_EQ(ErrorReason(store->KeyOf(gone).status()), "SUBJECT_ERASED") << gone;
  }
  EXPECT_FALSE(HoldsPartOf(AllBytesUnder(temp_ / "restored"), wrapped));

  // The backup itself has it until it is told, too.
  ASSERT_TRUE(HoldsPartOf(AllBytesUnder(temp_ / "backup"), wrapped));
  ASSERT_TRUE(DestroyKeysIn(*backup, {"people/2"}).ok());
  EXPECT_FALSE(HoldsPartOf(AllBytesUnder(temp_.path()), wrapped));
  EXPECT_EQ((*KeyStore::Open(*backup, {.masters = {master_}}))->Find("people/1")->id(),
            keys[0].id());
}

TEST_F(KeyStoreTest, ANewMasterKeyOpensWhatTheOldOneDid) {
  const DataKey key = *store_->KeyOf("people/1");
  ASSERT_TRUE(store_->KeyOf("people/2").ok());
  ASSERT_TRUE(store_->Destroy({"people/2"}).ok());
  const std::string sealed = Seal(key, "place", "text");
  const MasterKey next = MasterKey::Generate();
  ASSERT_TRUE(store_->RewrapAll(next).ok());
  ASSERT_TRUE(store_->RewrapAll(next).ok());
  EXPECT_EQ(store_->master().id(), next.id());
  const DataKey later = *store_->KeyOf("people/3");
  store_.reset();
  const absl::Status old = KeyStore::Open(*directory_, {.masters = {master_}}).status();
  EXPECT_EQ(ErrorReason(old), "MASTER_KEY_WRONG");
  EXPECT_EQ(old.message(), absl::StrCat("key store ", directory_->path(), " got master key ",
                                        master_.IdText(), ", want ", next.IdText()));
  Reopen({.masters = {master_, next}});
  EXPECT_EQ(*Open(*store_->Find("people/1"), "place", sealed), "text");
  EXPECT_EQ(store_->Find("people/3")->id(), later.id());
  EXPECT_EQ(FindReason("people/2"), "SUBJECT_ERASED");
}

TEST_F(KeyStoreTest, IsMadeOnceAndNeverByItself) {
  EXPECT_EQ(ErrorReason(CreateKeyStore(*directory_, master_)), "KEY_STORE_EXISTS");
  EXPECT_TRUE(*HoldsKeyStore(*directory_));
  const auto empty = *OpenDirectory(temp_ / "empty");
  EXPECT_FALSE(*HoldsKeyStore(*empty));
  EXPECT_EQ(ErrorReason(KeyStore::Open(*empty, {.masters = {master_}}).status()),
            "KEY_STORE_MISSING");
  EXPECT_EQ(ErrorReason(CopyKeyStore(*empty, *directory_)), "KEY_STORE_MISSING");
  EXPECT_EQ(ErrorReason(CopyKeyStore(*directory_, *directory_)), "KEY_STORE_EXISTS");
}

TEST_F(KeyStoreTest, RefusesFilesOfTwoStores) {
  store_.reset();
  const auto other = *OpenDirectory(temp_ / "other");
  ASSERT_TRUE(CreateKeyStore(*other, master_).ok());
  std::filesystem::copy_file(temp_ / "other/erased", temp_ / "keys/erased",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(ErrorReason(KeyStore::Open(*directory_, {.masters = {master_}}).status()),
            "KEY_STORE_DAMAGED");
  ASSERT_TRUE(directory_->Remove("erased").ok());
  EXPECT_EQ(ErrorReason(KeyStore::Open(*directory_, {.masters = {master_}}).status()),
            "KEY_STORE_DAMAGED");
}

// Slots are wrapped for their subject: whoever can write the file cannot exchange two people's.
TEST_F(KeyStoreTest, RefusesTheKeyOfSomebodyElse) {
  ASSERT_TRUE(store_->KeyOf("people/1").ok());
  ASSERT_TRUE(store_->KeyOf("people/2").ok());
  store_.reset();
  SlotFile keys = *SlotFile::Open(*directory_, "keys", "trellis keys 1");
  ASSERT_TRUE(keys.Recover({}, [](SlotNumber, const Slot&) { return absl::OkStatus(); }).ok());
  Slot first = *keys.Get(1);
  Slot second = *keys.Get(2);
  std::swap(first.subject, second.subject);
  ASSERT_TRUE(keys.Put(1, first).ok());
  ASSERT_TRUE(keys.Put(2, second).ok());
  Reopen();
  EXPECT_EQ(FindReason("people/1"), "KEY_STORE_DAMAGED");
}

TEST_F(KeyStoreTest, ManyThreadsGetTheSameKeysWhileTheMasterKeyChanges) {
  constexpr int kThreads = 4;
  constexpr int kSubjects = 100;
  std::vector<std::vector<Uuid>> ids(kThreads);
  std::atomic<int> erased = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kSubjects; ++i) {
        const absl::StatusOr<DataKey> key = store_->KeyOf(absl::StrCat("people/", i));
        ASSERT_TRUE(key.ok()) << key.status();
        ids[static_cast<size_t>(t)].push_back(key->id());
        const std::string own = absl::StrCat("erased/", t, "/", i);
        ASSERT_TRUE(store_->KeyOf(own).ok());
        ASSERT_TRUE(store_->Destroy({own}).ok());
        if (ErrorReason(store_->Find(own).status()) == "SUBJECT_ERASED") ++erased;
      }
    });
  }
  MasterKey last = master_;
  for (int i = 0; i < 5; ++i) {
    last = MasterKey::Generate();
    ASSERT_TRUE(store_->RewrapAll(last).ok());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(erased, kThreads * kSubjects);
  for (const std::vector<Uuid>& some : ids) EXPECT_EQ(some, ids.front());
  EXPECT_EQ(std::set<Uuid>(ids[0].begin(), ids[0].end()).size(), size_t{kSubjects});
  Reopen({.masters = {last}});
  for (int i = 0; i < kSubjects; ++i) {
    EXPECT_EQ(store_->Find(absl::StrCat("people/", i))->id(), ids[0][static_cast<size_t>(i)]);
  }
}

}  // namespace
}  // namespace trellis::vault
