#include "vault/directory.h"

#include <filesystem>
#include <sys/stat.h>

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

namespace trellis::vault {
namespace {

class DirectoryTest : public ::testing::Test {
 protected:
  const trellis::testing::TempDirectory temp_;
  const std::string path_ = temp_ / "a/keys.d";
};

TEST_F(DirectoryTest, IsForItsOwnerAlone) {
  const auto directory = OpenDirectory(path_);
  ASSERT_TRUE(directory.ok()) << directory.status();
  ASSERT_TRUE((*directory)->Create("keys").ok());
  struct stat found;
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700U);
  ASSERT_EQ(stat((path_ + "/keys").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(DirectoryTest, HasOneUserAtATime) {
  {
    const auto directory = OpenDirectory(path_);
    ASSERT_TRUE(directory.ok());
    EXPECT_EQ(ErrorReason(OpenDirectory(path_).status()), "KEY_STORE_IN_USE");
  }
  EXPECT_TRUE(OpenDirectory(path_).ok());
}

TEST_F(DirectoryTest, ReadsWhatWasWrittenAnywhereInAFile) {
  const auto directory = *OpenDirectory(path_);
  EXPECT_EQ(*directory->Open("keys"), nullptr);
  const std::unique_ptr<File> file = *directory->Create("keys");
  ASSERT_TRUE(file->Write(0, "0123456789").ok());
  ASSERT_TRUE(file->Write(3, "abc").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(*file->Size(), 10U);
  EXPECT_EQ(*file->Read(2, 5), "2abc6");
  EXPECT_EQ(*file->Read(8, 5), "89");
  EXPECT_EQ(*file->Read(20, 5), "");
  ASSERT_TRUE(directory->Rename("keys", "other").ok());
  ASSERT_TRUE(directory->Sync().ok());
  EXPECT_EQ(*(*directory->Open("other"))->Read(0, 3), "012");
  ASSERT_TRUE(directory->Remove("other").ok());
  EXPECT_TRUE(directory->Remove("other").ok());
  EXPECT_EQ(*directory->Open("other"), nullptr);
}

TEST_F(DirectoryTest, SaysWhatTheDiskRefused) {
  const auto directory = *OpenDirectory(path_);
  const absl::Status status = directory->Rename("none", "keys");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "KEY_STORE_UNWRITABLE");
  std::filesystem::create_symlink("/dev/null", path_ + "/keys");
  EXPECT_EQ(ErrorReason(directory->Open("keys").status()), "KEY_STORE_UNREADABLE");
  EXPECT_EQ(ErrorReason(OpenDirectory("/dev/null/keys").status()), "KEY_STORE_UNWRITABLE");
}

}  // namespace
}  // namespace trellis::vault
