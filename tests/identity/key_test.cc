#include "identity/key.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "identity/encoding.h"
#include "identity/key_set.h"
#include "identity/token.h"
#include "tests/identity/rfc_vectors.h"
#include "tests/identity/testing.h"

namespace trellis::identity {
namespace {

using testing::json;
using testing::kRfcVectors;
using testing::SigningKey;

TEST(Key, KnowsTheSignaturesOfTheStandards) {
  for (const testing::Vector& vector : kRfcVectors) {
    const auto key = Key::Parse(json::parse(vector.key));
    ASSERT_TRUE(key.ok()) << vector.where << key.status();
    EXPECT_TRUE(key->Signed(vector.token)) << vector.where;
    std::string wrong = vector.token;
    for (size_t i = 0; i < wrong.size(); ++i) {
      wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(key->Signed(wrong)) << vector.where << " at " << i;
      wrong[i] = vector.token[i];
    }
    for (const testing::Vector& other : kRfcVectors) {
      EXPECT_EQ(key->Signed(other.token), &other == &vector) << vector.where << other.where;
    }
  }
}

TEST(Key, OtherAlgorithmsOfTheStandardsAreRefused) {
  for (const char* const token : testing::kRfcOtherTokens) {
    EXPECT_EQ(ErrorReason(ParseToken(token).status()), "TOKEN_ALGORITHM") << token;
  }
}

// Signatures that verify where somebody forgot a check, each instead of a good one.
TEST(Key, OneSpellingOfASignature) {
  const std::string zeros(32, '\0');
  const std::string input = trellis::testing::SigningInput(R"({"alg":"ES256"})", "{}");
  const auto p256 = Key::Parse(testing::P256Key().PublicJwk());
  const std::string good = testing::P256Key().Sign(input);
  const std::string r = good.substr(0, 32), s = good.substr(32);
  const auto is_signed = [&](const std::string& signature) {
    return p256->Signed(absl::StrCat(input, ".", EncodeBase64Url(signature)));
  };
  EXPECT_TRUE(is_signed(good));
  EXPECT_FALSE(is_signed(absl::StrCat(zeros, r, zeros, s)));
  EXPECT_FALSE(
      is_signed(absl::StrCat(absl::string_view("\0", 1), r, absl::string_view("\0", 1), s)));
  EXPECT_FALSE(is_signed(absl::StrCat(zeros, zeros)));
  EXPECT_FALSE(is_signed(absl::StrCat(r, zeros)));
  EXPECT_FALSE(is_signed(""));
  EXPECT_FALSE(is_signed(absl::StrCat(good, zeros)));

  const std::string rsa_input = trellis::testing::SigningInput(R"({"alg":"RS256"})", "{}");
  const auto rsa = Key::Parse(testing::RsaKey().PublicJwk());
  const std::string rsa_good = testing::RsaKey().Sign(rsa_input);
  for (const std::string& wrong :
       {absl::StrCat(absl::string_view("\0", 1), rsa_good), rsa_good.substr(1), std::string(),
        std::string(256, '\0'), absl::StrCat(std::string(255, '\0'), "\1")}) {
    EXPECT_FALSE(rsa->Signed(absl::StrCat(rsa_input, ".", EncodeBase64Url(wrong))));
  }
}

// libcjose ends the process at some of them.
TEST(Key, NoTokenIsSigned) {
  const auto key = Key::Parse(testing::RsaKey().PublicJwk());
  const std::string header = EncodeBase64Url(R"({"alg":"RS256"})");
  for (const char* const part : {"A", "AAA=A", "A===", "=", "AAAAA=", "*", "AA=="}) {
    EXPECT_FALSE(key->Signed(absl::StrCat(header, ".", part, ".AAAA")));
    EXPECT_FALSE(key->Signed(absl::StrCat(header, ".AAAA.", part)));
    EXPECT_FALSE(key->Signed(absl::StrCat(part, ".AAAA.AAAA")));
  }
  for (const char* const text : {"", ".", "..", "...", "AAAA", "AAAA.AAAA"}) {
    EXPECT_FALSE(key->Signed(text)) << text;
  }
}

// A change of a good key (null takes away) and a part of the reason why it is of no use; empty: it
// is of use.
struct Row {
  const char* key;
  const char* patch;
  const char* why;
};

constexpr Row kRows[] = {
    {"RSA", R"({})", ""},
    {"RSA", R"({"alg": null, "use": null, "kid": null})", ""},
    {"RSA", R"({"use": null, "key_ops": ["verify"]})", ""},
    {"RSA", R"({"x5c": ["AAAA"], "x5t": "AAAA", "other": {}})", ""},
    {"RSA", R"({"use": "enc"})", "use"},
    {"RSA", R"({"use": 1})", "use"},
    {"RSA", R"({"key_ops": ["sign"]})", "key_ops"},
    {"RSA", R"({"key_ops": "verify"})", "key_ops"},
    {"RSA", R"({"alg": "PS256"})", "alg"},
    {"RSA", R"({"alg": "ES256"})", "alg"},
    {"RSA", R"({"alg": "RSA-OAEP"})", "alg"},
    {"RSA", R"({"alg": ["RS256"]})", "alg"},
    {"RSA", R"({"kid": 1})", "kid"},
    {"RSA", R"({"d": "AQAB"})", "private"},
    {"RSA", R"({"kty": null})", "kty"},
    {"RSA", R"({"kty": "rsa"})", "kty"},
    {"RSA", R"({"kty": "oct", "k": "AAAA"})", "kty"},
    {"RSA", R"({"kty": "EC"})", "kty"},
    {"RSA", R"({"n": null})", "n"},
    {"RSA", R"({"n": "AQAB"})", "17 bits"},
    {"RSA", R"({"n": 65537})", "n"},
    {"RSA", R"({"n": "AQAB="})", "n"},
    {"RSA", R"({"e": null})", "e"},
    {"RSA", R"({"e": ""})", "e"},
    {"RSA", R"({"e": "AQ"})", "e"},
    {"RSA", R"({"e": "Aw"})", "e"},
    {"RSA", R"({"e": "AQAA"})", "e"},
    {"RSA", R"({"e": "AQAAAAAAAAAB"})", "e"},
    {"EC", R"({})", ""},
    {"EC", R"({"crv": "P-384"})", "kty"},
    {"EC", R"({"crv": "secp256k1"})", "kty"},
    {"EC", R"({"crv": null})", "kty"},
    {"EC", R"({"y": null})", "y"},
    {"EC", R"({"x": "AQAB"})", "x"},
    {"EC", R"({"x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})", "point"},
    {"EC", R"({"x": "__________________________________________8"})", "point"},
    {"OKP", R"({})", ""},
    {"OKP", R"({"crv": "X25519"})", "kty"},
    {"OKP", R"({"crv": "Ed448"})", "kty"},
    {"OKP", R"({"alg": "ES256"})", "alg"},
    {"OKP", R"({"x": "AQAB"})", "x"},
};

TEST(Key, IsOfUseOrNot) {
  for (const Row& row : kRows) {
    json jwk = row.key == std::string("RSA")  ? testing::RsaKey().PublicJwk()
               : row.key == std::string("EC") ? testing::P256Key().PublicJwk()
                                              : testing::Ed25519Key().PublicJwk();
    jwk.merge_patch(json::parse(row.patch));
    const auto key = Key::Parse(jwk);
    EXPECT_EQ(key.ok(), row.why == std::string()) << row.key << row.patch << key.status();
    EXPECT_TRUE(absl::StrContains(key.status().message(), row.why))
        << row.key << row.patch << key.status();
  }
}

TEST(Key, ShortRsaKeysAreRefused) {
  EXPECT_FALSE(Key::Parse(SigningKey::Rsa("short", 1024).PublicJwk()).ok());
  EXPECT_FALSE(Key::Parse(SigningKey::Rsa("short", 2040).PublicJwk()).ok());
}

TEST(KeySet, IsReadStrictly) {
  const json good = testing::P256Key().PublicJwk();
  const json weak = SigningKey::Rsa("weak", 1024).PublicJwk();
  struct SetRow {
    std::string text;
    bool of_use;
  };
  const std::string one = testing::KeySetOf({good});
  const SetRow rows[] = {
      {one, true},
      {testing::KeySetOf({weak, good}), true},
      {testing::KeySetOf({json(1), json(nullptr), json::array(), good}), true},
      {testing::KeySetOf(std::vector<json>(kKeysMax, good)), true},
      {testing::KeySetOf(std::vector<json>(kKeysMax + 1, good)), false},
      {testing::KeySetOf({weak}), false},
      {testing::KeySetOf({}), false},
      {absl::StrCat(one, "x"), false},
      {absl::StrCat(one.substr(0, one.size() - 1), R"(,"keys":[]})"), false},
      {json{{"keys", good}}.dump(), false},
      {json::array({good}).dump(), false},
      {good.dump(), false},
      {"", false},
      {absl::StrCat(std::string(kKeySetBytesMax, ' '), one), false},
  };
  for (const SetRow& row : rows) {
    EXPECT_EQ(KeySet::Parse(row.text).ok(), row.of_use) << row.text.substr(0, 200);
  }
}

TEST(KeySet, WithoutAKidAFewKeysAreTried) {
  std::vector<json> jwks;
  for (size_t count = 1; count <= kKeysTriedMax + 1; ++count) {
    jwks.push_back(SigningKey::P256(absl::StrCat(count)).PublicJwk());
    const auto keys = *KeySet::Parse(testing::KeySetOf(jwks));
    const auto candidates = keys->Candidates(Algorithm::kEs256, std::nullopt);
    EXPECT_EQ(candidates.ok(), count <= kKeysTriedMax);
    if (candidates.ok()) {
      EXPECT_EQ(candidates->size(), count);
    } else {
      EXPECT_EQ(ErrorReason(candidates.status()), "TOKEN_KEY_UNKNOWN");
    }
    EXPECT_EQ(keys->Candidates(Algorithm::kEs256, "1")->size(), 1U);
    EXPECT_FALSE(keys->Candidates(Algorithm::kRs256, std::nullopt).ok());
  }
}

}  // namespace
}  // namespace trellis::identity
