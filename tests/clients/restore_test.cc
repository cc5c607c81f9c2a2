// `trellis restore`, from its words to its exit code.
#include "backup/make_backup.h"
#include "tests/clients/ledger_command_fixture.h"
#include "vault/directory.h"
#include "vault/key_store.h"

namespace trellis::cli {
namespace {

using ::testing::AllOf;
using ::testing::Not;

class RestoreTest : public LedgerCommandTest {
 protected:
  void SetUp() override {
    LedgerCommandTest::SetUp();
    ASSERT_TRUE(log_ != nullptr);
    const auto made = backup::MakeBackup(
        {.directory = backups_,
         .links = data_ / "links",
         .key = key_,
         .link = [this](const std::string& path) { return log_->LinkTo(path + "/log"); }},
        clock_);
    ASSERT_TRUE(made.ok()) << made.status();
  }

  int Restore(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"restore", "--from", backups_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return program_.Run(arguments);
  }

  testing::TempDirectory scratch_;
  const std::string backups_ = scratch_ / "backups";
  const std::string restored_ = scratch_ / "restored";
};

TEST_F(RestoreTest, SaysWhatWasMadeAndWhatToDoNext) {
  ASSERT_EQ(Restore({"--data", restored_}), 0) << program_.err();
  EXPECT_THAT(program_.out(), AllOf(HasSubstr("restored  backup 1 of ledger harbour, made 20"),
                                    HasSubstr("holds     0 events"),
                                    HasSubstr("put the ledger's signing.key into " + restored_),
                                    HasSubstr("trellisd --data " + restored_ +
                                              " --ledger harbour --master-key FILE "
                                              "--issuer URL --audience NAME\n"),
                                    HasSubstr("Note: The key " + key_.verifier().ToString())));
  EXPECT_EQ(Restore({"--data", restored_}), 5);
  EXPECT_THAT(program_.err(), HasSubstr("RESTORE_TARGET_UNUSABLE"));
  EXPECT_EQ(program_.Run({"verify", "--data", restored_, "--ledger", "harbour"}), 0)
      << program_.out();
}

TEST_F(RestoreTest, KeysThatAreNotThereLeaveNothingInTheWay) {
  const std::string wrong = scratch_ / "wrong";
  const std::string keys = scratch_ / "keys";
  std::filesystem::create_directories(wrong);
  std::filesystem::create_directories(keys);
  EXPECT_EQ(Restore({"--data", restored_, "--key-backups", wrong}), 4);
  EXPECT_THAT(program_.err(), HasSubstr("KEY_STORE_MISSING"));
  EXPECT_FALSE(std::filesystem::exists(restored_));
  EXPECT_FALSE(std::filesystem::exists(restored_ + ".restoring"));
  EXPECT_TRUE(std::filesystem::is_empty(wrong));
  {
    const auto store = vault::OpenDirectory(keys + "/1");
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(vault::CreateKeyStore(**store, vault::MasterKey::Generate()).ok());
  }
  ASSERT_EQ(Restore({"--data", restored_, "--key-backups", keys}), 0) << program_.err();
  EXPECT_THAT(program_.out(), Not(HasSubstr("put the key store")));
  const auto store = vault::OpenDirectory(restored_ + "/keys");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(vault::HoldsKeyStore(**store).value());
}

TEST_F(RestoreTest, WantsAPositionThatTheBackupHas) {
  EXPECT_EQ(Restore({"--data", restored_, "--copy", "harbour-then", "--position", "1"}), 3)
      << program_.err();
  EXPECT_THAT(program_.err(), HasSubstr("want 1 to 0 (POSITION_OUT_OF_RANGE)"));
}

TEST_F(RestoreTest, SaysWhatIsWrongWithTheCommandLine) {
  const auto wrong = [&](std::vector<std::string> more, const char* what) {
    more.insert(more.end(), {"--data", restored_});
    EXPECT_EQ(Restore(more), 2) << what;
    EXPECT_THAT(program_.err(), HasSubstr(what));
  };
  EXPECT_EQ(Restore({}), 2);
  EXPECT_THAT(program_.err(), HasSubstr("--data is missing"));
  wrong({"--position", "7"}, "--position goes with --copy");
  wrong({"--backup", "0"}, "--backup: got \"0\"");
  wrong({"--key", "x"}, "--key: ");
  wrong({"--seen", scratch_ / "none"}, "--seen: ");
  EXPECT_EQ(Restore({"--data", restored_, "--backup", "3"}), 4);
  EXPECT_THAT(program_.err(), HasSubstr("BACKUP_NOT_FOUND"));
  EXPECT_FALSE(std::filesystem::exists(restored_));
}

}  // namespace
}  // namespace trellis::cli
