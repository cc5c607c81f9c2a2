// Thousands of tokens that are nearly good.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/identity/testing.h"
#include "tests/proofs/signed_log.h"
#include "tests/support/seed.h"

namespace trellis::identity {
namespace {

using testing::AllKeys;
using testing::json;
using testing::SigningKey;
using testing::TokenOf;

class MistakesTest : public testing::VerifierTest {
 protected:
  // A good token, which the verifier has in mind when it sees the others.
  std::string GoodToken(const SigningKey& key, const std::string& subject = "person-1") {
    json claims = GoodClaims();
    claims["sub"] = subject;
    std::string token = TokenOf(key, claims);
    EXPECT_EQ(Refusal(token), "");
    return token;
  }
};

TEST_F(MistakesTest, AnyMistakeIsRefused) {
  size_t tried = 0;
  for (const SigningKey& key : AllKeys()) {
    proofs::testing::ForEachMistake(GoodToken(key), [&](const std::string& wrong, size_t at) {
      ++tried;
      EXPECT_NE(Refusal(wrong), "") << key.algorithm() << " at " << at << absl::CHexEscape(wrong);
    });
  }
  EXPECT_GT(tried, 20'000U);
}

TEST_F(MistakesTest, AnyByteThatIsAnotherIsRefused) {
  for (const SigningKey& key : {testing::P256Key(), testing::Ed25519Key()}) {
    std::string token = GoodToken(key);
    for (size_t at = 0; at < token.size(); ++at) {
      const char right = token[at];
      for (int byte = 0; byte < 256; ++byte) {
        token[at] = static_cast<char>(byte);
        if (token[at] == right) continue;
        EXPECT_NE(Refusal(token), "") << key.algorithm() << " at " << at << ": " << byte;
      }
      token[at] = right;
    }
  }
}

TEST_F(MistakesTest, PartsOfSeveralTokensAreNoToken) {
  std::vector<std::vector<std::string>> tokens;
  for (const SigningKey& key : AllKeys()) {
    tokens.push_back(absl::StrSplit(GoodToken(key, key.kid()), '.'));
  }
  for (size_t header = 0; header < tokens.size(); ++header) {
    for (size_t claims = 0; claims < tokens.size(); ++claims) {
      for (size_t signature = 0; signature < tokens.size(); ++signature) {
        const bool whole = header == claims && claims == signature;
        EXPECT_EQ(Refusal(absl::StrCat(tokens[header][0], ".", tokens[claims][1], ".",
                                       tokens[signature][2])) == "",
                  whole);
      }
    }
  }
  const auto& parts = tokens[0];
  for (const std::string& wrong :
       {absl::StrCat(parts[1], ".", parts[0], ".", parts[2]), absl::StrCat(parts[0], ".", parts[1]),
        absl::StrCat(parts[0], ".", parts[1], "."), absl::StrCat(parts[0], "..", parts[2]),
        absl::StrCat(".", parts[1], ".", parts[2]),
        absl::StrCat(parts[0], ".", parts[1], ".", parts[2], "."),
        absl::StrCat(parts[0], ".", parts[1], ".", parts[2], ".", parts[2]),
        absl::StrCat(parts[0], ".", parts[1], ".", parts[2], ".", parts[1], ".", parts[2]),
        absl::StrCat("Bearer ", parts[0], ".", parts[1], ".", parts[2])}) {
    EXPECT_NE(Refusal(wrong), "") << wrong;
  }
}

// Bytes of no sense, and letters that could be base64url.
TEST_F(MistakesTest, NoiseIsRefused) {
  std::mt19937_64 random(trellis::testing::Seed());
  constexpr absl::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_..";
  for (int i = 0; i < 20'000; ++i) {
    std::string noise(random() % 300, '\0');
    const bool letters = i % 2 == 0;
    for (char& c : noise) {
      c = letters ? kLetters[random() % kLetters.size()] : static_cast<char>(random());
    }
    EXPECT_EQ(Refusal(noise), "TOKEN_MALFORMED") << absl::CHexEscape(noise);
  }
}

}  // namespace
}  // namespace trellis::identity
