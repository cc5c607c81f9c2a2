// `trellis admin`, from its words to its exit code.
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/program.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_server.h"

namespace trellis::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AdminCommandsTest : public ::testing::Test {
 protected:
  int Admin(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "admin");
    arguments.insert(arguments.end(), {"--server", server_.grpc_address()});
    return program_.Run(arguments);
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  testing::TestServer server_{directory_ / "data", clock_, directory_ / "backups"};
  Program program_{/*terminal=*/true};
};

TEST_F(AdminCommandsTest, ABackupIsMadeAndListed) {
  EXPECT_EQ(Admin({"list-backups"}), 0);
  EXPECT_EQ(program_.out(), "no backups\n");
  EXPECT_EQ(Admin({"backup"}), 0) << program_.err();
  EXPECT_THAT(program_.out(), AllOf(HasSubstr("backup  backups/1\n"),
                                    HasSubstr("made    2022-10-03 09:00:00 BST\n"),
                                    HasSubstr("holds   positions 1 to 0\n")));
  // A bar while it lasts, and nothing of it afterwards.
  EXPECT_THAT(program_.err(),
              AllOf(HasSubstr("["), HasSubstr(" %  "), ::testing::EndsWith("\r\x1b[K")));
  EXPECT_EQ(Admin({"backup", "--output", "json"}), 0);
  EXPECT_THAT(program_.out(), HasSubstr("\"name\": \"backups/2\""));
  EXPECT_EQ(Admin({"list-backups"}), 0);
  EXPECT_THAT(program_.out(), AllOf(HasSubstr("backups/2  "), HasSubstr("backups/1  ")));
}

TEST_F(AdminCommandsTest, AnOperationIsFollowedByItsName) {
  const std::string id = testing::NewId();
  EXPECT_EQ(Admin({"backup", "--no-wait", "--request-id", id}), 0) << program_.err();
  EXPECT_THAT(program_.out(), HasSubstr("operations/" + id + "  "));
  // The same again waits for the one that was begun.
  EXPECT_EQ(Admin({"backup", "--request-id", id}), 0) << program_.err();
  EXPECT_THAT(program_.out(), HasSubstr("backups/1"));
  EXPECT_EQ(Admin({"operation", "operations/" + id}), 0) << program_.err();
  EXPECT_THAT(program_.out(), HasSubstr("made backups/1"));
  EXPECT_EQ(Admin({"operations", "--output", "json"}), 0);
  EXPECT_THAT(program_.out(), HasSubstr("\"done\": true"));
  EXPECT_EQ(Admin({"cancel", "operations/x"}), 4);
  EXPECT_THAT(program_.err(), HasSubstr("OPERATION_NOT_FOUND"));
}

TEST_F(AdminCommandsTest, ABackupThatFailsIsAnError) {
  std::filesystem::create_directories(directory_ / "backups/files/incoming/in the way");
  EXPECT_EQ(Admin({"backup"}), 7);
  EXPECT_THAT(program_.err(), AllOf(HasSubstr("files/incoming"), HasSubstr("(FILE_UNWRITABLE)")));
  EXPECT_EQ(Admin({"operations", "--output", "json"}), 0);
  EXPECT_THAT(program_.out(), HasSubstr("\"reason\": \"FILE_UNWRITABLE\""));
}

}  // namespace
}  // namespace trellis::cli
