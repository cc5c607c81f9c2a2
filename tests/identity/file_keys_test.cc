#include "identity/file_keys.h"

#include <filesystem>
#include <string>

#include "tests/identity/testing.h"

namespace trellis::identity {
namespace {

using testing::KeySetOf;
using testing::SigningKey;
using testing::TokenOf;
using testing::WriteFile;

class FileKeysTest : public testing::VerifierTest {
 protected:
  FileKeysTest() {
    WriteFile(keys_path_, KeySetOf({old_.PublicJwk()}));
    Open();
    // The old one's token is remembered.
    EXPECT_EQ(Refusal(old_token_), "");
  }

  const SigningKey old_ = SigningKey::P256("old");
  const SigningKey new_ = SigningKey::P256("new");
  const std::string old_token_ = TokenOf(old_, GoodClaims());
  const std::string new_token_ = TokenOf(new_, GoodClaims());
};

TEST_F(FileKeysTest, AreReadAgainWhenTheFileIsAnotherOne) {
  WriteFile(keys_path_, KeySetOf({new_.PublicJwk()}));
  // It was looked at a moment ago.
  EXPECT_EQ(Refusal(new_token_), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(Refusal(old_token_), "");
  clock_.Advance(FileKeys::kLookEvery);
  EXPECT_EQ(Refusal(old_token_), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(Refusal(new_token_), "");
}

TEST_F(FileKeysTest, AKeyOfTheSameNameIsAnotherKey) {
  const SigningKey same_name = SigningKey::P256("old");
  WriteFile(keys_path_, KeySetOf({same_name.PublicJwk()}));
  clock_.Advance(FileKeys::kLookEvery);
  EXPECT_EQ(Refusal(old_token_), "TOKEN_SIGNATURE");
  EXPECT_EQ(Refusal(TokenOf(same_name, GoodClaims())), "");
}

TEST_F(FileKeysTest, StayAsTheyWereWhileTheFileIsNoKeySet) {
  for (const char* const text : {"", "{", "{\"keys\":[]}", "<html>"}) {
    WriteFile(keys_path_, text);
    clock_.Advance(FileKeys::kLookEvery);
    EXPECT_EQ(Refusal(old_token_), "") << text;
    clock_.Advance(FileKeys::kLookEvery);
    EXPECT_EQ(Refusal(new_token_), "TOKEN_KEY_UNKNOWN") << text;
  }
  std::filesystem::remove(keys_path_);
  clock_.Advance(FileKeys::kLookEvery);
  EXPECT_EQ(Refusal(old_token_), "");
  std::filesystem::create_directory(keys_path_);
  clock_.Advance(FileKeys::kLookEvery);
  EXPECT_EQ(Refusal(old_token_), "");
  std::filesystem::remove(keys_path_);
  WriteFile(keys_path_, KeySetOf({new_.PublicJwk()}));
  clock_.Advance(FileKeys::kLookEvery);
  EXPECT_EQ(Refusal(new_token_), "");
}

TEST_F(FileKeysTest, AVerifierWantsIssuersThatAreComplete) {
  const std::string file = keys_path_;
  struct Row {
    std::vector<IssuerSettings> issuers;
    bool ok;
  };
  const Row rows[] = {
      {{{"a", "trellis", file}}, true},
      {{{"a", "trellis", file}, {"b", "trellis", file}}, true},
      {{}, false},
      {{{"", "trellis", file}}, false},
      {{{"a", "", file}}, false},
      {{{"a", "trellis", file}, {"a", "trellis", file}}, false},
      {{{"a", "trellis", file, absl::Seconds(-1)}}, false},
      {{{"a", "trellis", file + ".none"}}, false},
      {{{"a", "trellis", directory_.path()}}, false},
      {{{"a", "trellis", ""}}, false},
      {{{"http://login.example", "trellis", ""}}, false},
      {{{"a", "trellis", "http://login.example/keys"}}, false},
  };
  for (const Row& row : rows) {
    const auto verifier = TokenVerifier::Create(row.issuers, clock_);
    EXPECT_EQ(verifier.ok(), row.ok) << &row - rows << verifier.status();
  }
}

}  // namespace
}  // namespace trellis::identity
