#include "proofs/key_file.h"

#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"
#include "tests/support/temp_directory.h"

namespace trellis::proofs {
namespace {

using ::testing::HasSubstr;

class KeyFileTest : public ::testing::Test {
 protected:
  std::string WriteText(const std::string& text) {
    const std::string path = directory_ / "log.key";
    std::ofstream(path, std::ios::trunc) << text;
    EXPECT_EQ(chmod(path.c_str(), 0600), 0);
    return path;
  }

  trellis::testing::TempDirectory directory_;
};

TEST_F(KeyFileTest, RoundTrips) {
  const std::string path = directory_ / "new.key";
  ASSERT_TRUE(WriteKeyFile(path, testing::LogKey()).ok());
  struct stat found;
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  const absl::StatusOr<SignerKey> key = ReadKeyFile(path);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->ToSecretString(), testing::LogKey().ToSecretString());
}

// What Go's GenerateKey gives has no line feed.
TEST_F(KeyFileTest, TakesALineWithoutItsEnd) {
  EXPECT_TRUE(ReadKeyFile(WriteText(testing::LogKey().ToSecretString())).ok());
}

TEST_F(KeyFileTest, NeverReplacesAKey) {
  const std::string path = directory_ / "new.key";
  ASSERT_TRUE(WriteKeyFile(path, testing::LogKey()).ok());
  const absl::Status status = WriteKeyFile(path, testing::WitnessKey(0));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorReason(status), "KEY_FILE_EXISTS");
  EXPECT_EQ(ReadKeyFile(path)->verifier(), testing::LogKey().verifier());
}

TEST_F(KeyFileTest, RefusesEveryOtherMode) {
  const std::string path = WriteText(testing::LogKey().ToSecretString() + "\n");
  for (mode_t mode = 0; mode <= 07777; ++mode) {
    // Without 0400 most users could not open the file at all.
    if (mode == 0600 || (mode & 0400) == 0) continue;
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    ASSERT_EQ(ErrorReason(ReadKeyFile(path).status()), "KEY_FILE_EXPOSED") << std::oct << mode;
  }
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(ReadKeyFile(path).status().message(),
            absl::StrCat("key file ", path, " has mode 0644, want 0600"));
}

TEST_F(KeyFileTest, SaysWhatIsWrongWithTheFile) {
  const absl::Status missing = ReadKeyFile(directory_ / "none").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(missing), "KEY_FILE_MISSING");
  EXPECT_EQ(ErrorReason(ReadKeyFile(directory_.path()).status()), "KEY_FILE_EXPOSED");
  const std::string pipe = directory_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(std::string(ReadKeyFile(pipe).status().message()), HasSubstr("is no regular file"));
  EXPECT_EQ(ErrorReason(WriteKeyFile(directory_ / "none/key", testing::LogKey())),
            "KEY_FILE_UNREADABLE");
}

TEST_F(KeyFileTest, HoldsOneKeyAndNothingElse) {
  const std::string key = testing::LogKey().ToSecretString();
  for (const std::string& text :
       {std::string(), std::string("\n"), absl::StrCat(key, "\n\n"), absl::StrCat("\n", key, "\n"),
        absl::StrCat(key, "\n", key, "\n"), absl::StrCat(" ", key, "\n"), absl::StrCat(key, " \n"),
        absl::StrCat(key, "\r\n"), key.substr(0, key.size() - 1),
        absl::StrCat(key, std::string(4096, '\n')), std::string(4096, 'x'),
        absl::StrCat(testing::LogKey().verifier().ToString(), "\n")}) {
    EXPECT_EQ(ErrorReason(ReadKeyFile(WriteText(text)).status()), "KEY_MALFORMED") << text;
  }
}

}  // namespace
}  // namespace trellis::proofs
