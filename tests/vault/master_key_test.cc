#include "vault/master_key.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

namespace trellis::vault {
namespace {

constexpr char kText[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char kVariable[] = "TRELLIS_TEST_MASTER_KEY";

TEST(MasterKeyTest, ItsIdNeverChanges) {
  // SHA-256 of "trellis master key id 1\n" and the bytes 0 to 31.
  EXPECT_EQ(MasterKey::Parse(kText)->IdText(), "fdfcab6d0346c3c1");
  EXPECT_NE(MasterKey::Generate().id(), MasterKey::Generate().id());
}

TEST(MasterKeyTest, OpensWhatItWrappedInItsPlaceAlone) {
  const MasterKey master = MasterKey::Generate();
  const auto secret = RandomSecret();
  const std::string wrapped = master.Wrap("place", *secret);
  ASSERT_EQ(wrapped.size(), kWrappedBytes);
  ASSERT_NE(master.Unwrap("place", wrapped), nullptr);
  EXPECT_EQ(master.Unwrap("place", wrapped)->view(), secret->view());
  EXPECT_EQ(master.Unwrap("other place", wrapped), nullptr);
  EXPECT_EQ(MasterKey::Generate().Unwrap("place", wrapped), nullptr);
  for (size_t i = 0; i < wrapped.size(); ++i) {
    std::string changed = wrapped;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(master.Unwrap("place", changed), nullptr) << i;
    EXPECT_EQ(master.Unwrap("place", wrapped.substr(0, i)), nullptr) << i;
  }
}

TEST(MasterKeyTest, HasOneSpellingAndKeepsItToItself) {
  const std::string text = kText;
  for (const std::string& bad :
       {std::string(), text.substr(0, 43), text + "=", text + "\n", " " + text,
        text.substr(0, 42) + "9=", text.substr(0, 40), std::string(44, '*'), text + text}) {
    const absl::Status status = MasterKey::Parse(bad).status();
    ASSERT_EQ(ErrorReason(status), "MASTER_KEY_MALFORMED") << bad;
    EXPECT_EQ(status.message(), absl::StrCat("master key is a text of ", bad.size(),
                                             " characters, want the base64 of 32 bytes"));
  }
}

TEST(MasterKeyTest, IsReadFromAFileForItsOwnerAlone) {
  const trellis::testing::TempDirectory directory;
  const std::string path = directory / "master.key";
  EXPECT_EQ(ErrorReason(ReadMasterKeyFile(path).status()), "KEY_FILE_MISSING");
  const MasterKey key = MasterKey::Generate();
  ASSERT_TRUE(WriteMasterKeyFile(path, key).ok());
  EXPECT_EQ(ReadMasterKeyFile(path)->id(), key.id());
  EXPECT_EQ(ErrorReason(WriteMasterKeyFile(path, MasterKey::Generate())), "KEY_FILE_EXISTS");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(ErrorReason(ReadMasterKeyFile(path).status()), "KEY_FILE_EXPOSED");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  std::ofstream(path, std::ios::app) << kText << "\n";
  EXPECT_EQ(ErrorReason(ReadMasterKeyFile(path).status()), "MASTER_KEY_MALFORMED");
}

TEST(MasterKeyTest, IsTakenFromTheEnvironmentOnce) {
  ASSERT_EQ(setenv(kVariable, kText, 1), 0);
  // Where the kernel and children would find it.
  const char* const place = std::getenv(kVariable);
  EXPECT_EQ(TakeMasterKeyFromEnvironment(kVariable)->id(), MasterKey::Parse(kText)->id());
  for (size_t i = 0; i < sizeof kText - 1; ++i) EXPECT_EQ(place[i], '\0') << i;
  EXPECT_EQ(std::getenv(kVariable), nullptr);
  EXPECT_EQ(ErrorReason(TakeMasterKeyFromEnvironment(kVariable).status()), "MASTER_KEY_MISSING");
}

TEST(MasterKeyTest, WhatIsNoKeyLeavesTheEnvironmentToo) {
  ASSERT_EQ(setenv(kVariable, "secret, but no key", 1), 0);
  EXPECT_EQ(ErrorReason(TakeMasterKeyFromEnvironment(kVariable).status()), "MASTER_KEY_MALFORMED");
  EXPECT_EQ(std::getenv(kVariable), nullptr);
}

}  // namespace
}  // namespace trellis::vault
