#include "services/data_keys.h"

#include <filesystem>

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"
#include "tests/vault/scan.h"

namespace trellis::services {
namespace {

namespace fs = std::filesystem;
using vault::MasterKey;

constexpr char kSam[] = "people/00000000-0000-4000-8000-000000000001";

class DataKeysTest : public ::testing::Test {
 protected:
  DataKeysTest() { fs::create_directories(settings_.data); }

  std::string OpenReason() { return ErrorReason(DataKeys::Open(settings_).status()); }

  trellis::testing::TempDirectory directory_;
  Settings settings_{.data = directory_ / "data",
                     .key_backups = directory_ / "key-backups",
                     .master_key = MasterKey::Generate()};
};

TEST_F(DataKeysTest, AStoreIsMadeForANewLedgerAlone) {
  ASSERT_EQ(OpenReason(), "");
  fs::remove_all(settings_.data + "/keys");
  fs::create_directories(settings_.data + "/log");
  EXPECT_EQ(OpenReason(), "KEY_STORE_MISSING");
}

TEST_F(DataKeysTest, WantAMasterKeyButInDevelopment) {
  settings_.master_key.reset();
  EXPECT_EQ(OpenReason(), "MASTER_KEY_MISSING");
  settings_.callers.development = true;
  EXPECT_EQ(OpenReason(), "");
  EXPECT_EQ(fs::status(settings_.data + "/master.key").permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(OpenReason(), "") << "the same key again";
}

TEST_F(DataKeysTest, NoMasterKeyIsMadeForAStoreThatIsThere) {
  ASSERT_EQ(OpenReason(), "");
  const MasterKey given = *settings_.master_key;
  settings_.master_key.reset();
  settings_.callers.development = true;
  EXPECT_EQ(OpenReason(), "MASTER_KEY_MISSING");
  EXPECT_FALSE(fs::exists(settings_.data + "/master.key"));
  settings_.master_key = given;
  EXPECT_EQ(OpenReason(), "");
}

TEST_F(DataKeysTest, AStartWithANewMasterKeyWrapsAllAnew) {
  std::string secret;
  {
    const auto keys = DataKeys::Open(settings_);
    ASSERT_TRUE(keys.ok()) << keys.status();
    secret = std::string((*keys)->store().KeyOf(kSam)->secret().view());
  }
  const MasterKey old = *settings_.master_key;
  settings_.master_key = MasterKey::Generate();
  EXPECT_EQ(OpenReason(), "MASTER_KEY_WRONG");
  settings_.previous_master_key = old;
  EXPECT_EQ(OpenReason(), "");
  settings_.previous_master_key.reset();
  {
    const auto keys = DataKeys::Open(settings_);
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_EQ((*keys)->store().Find(kSam)->secret().view(), secret);
  }
  settings_.master_key = old;
  EXPECT_EQ(OpenReason(), "MASTER_KEY_WRONG");
}

TEST_F(DataKeysTest, BackupsAreKeptWithThoseOfTheLogAndReachedByErasure) {
  const auto keys = DataKeys::Open(settings_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_TRUE((*keys)->store().KeyOf(kSam).ok());
  for (const uint64_t number : {1, 2, 3}) {
    ASSERT_TRUE((*keys)->BackUp(number, number == 3 ? 2 : 1).ok());
  }
  EXPECT_FALSE(fs::exists(settings_.key_backups + "/1"));
  // As a crash leaves one.
  fs::create_directories(settings_.key_backups + "/4");
  fs::copy_file(settings_.key_backups + "/3/keys", settings_.key_backups + "/4/keys.next");
  EXPECT_FALSE((*keys)->IsDestroyed(kSam));
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE((*keys)->Destroy({kSam}).ok());
    const auto copies = (*keys)->DestroyInCopies({kSam});
    ASSERT_TRUE(copies.ok()) << copies.status();
    EXPECT_EQ(*copies, 2);
  }
  EXPECT_TRUE((*keys)->IsDestroyed(kSam));
  EXPECT_FALSE(fs::exists(settings_.key_backups + "/4"));
  for (const char* const number : {"/2", "/3"}) {
    const auto copy = vault::OpenDirectory(settings_.key_backups + number);
    const auto store = vault::KeyStore::Open(**copy, {.masters = {*settings_.master_key}});
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(ErrorReason((*store)->Find(kSam).status()), "SUBJECT_ERASED");
  }
  // A disk that is not mounted has no copies either.
  fs::rename(settings_.key_backups, settings_.key_backups + ".away");
  EXPECT_EQ(ErrorReason((*keys)->DestroyInCopies({kSam}).status()), "KEY_COPIES_UNREADABLE");
}

}  // namespace
}  // namespace trellis::services
