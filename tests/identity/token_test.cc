#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "identity/encoding.h"
#include "tests/identity/testing.h"

namespace trellis::identity {
namespace {

using testing::AllKeys;
using testing::Compact;
using testing::HeaderFor;
using testing::json;
using testing::RsaKey;
using testing::SigningKey;
using testing::TokenOf;
using trellis::testing::SigningInput;

class TokenTest : public testing::VerifierTest {};

TEST_F(TokenTest, SaysWhoCallsWithEachAlgorithm) {
  for (const SigningKey& key : AllKeys()) {
    const auto claims = verifier_->Verify(TokenOf(key, GoodClaims()));
    ASSERT_TRUE(claims.ok()) << key.algorithm() << claims.status();
    EXPECT_EQ(claims->issuer, testing::kIssuer);
    EXPECT_EQ(claims->subject, "person-1");
    EXPECT_EQ(claims->client_id, "mentor-app");
    EXPECT_EQ(claims->scopes, (std::vector<std::string>{"read", "write"}));
    EXPECT_EQ(claims->expires, clock_.Now() + absl::Minutes(5));
    EXPECT_FALSE(claims->is_client);
  }
}

// A change of the good claims, or of the good header (a JSON Merge Patch, RFC 7396: null takes
// away), and the reason of the refusal; empty: the token is taken.
struct Change {
  const char* what;
  const char* patch;
  const char* reason;
};

constexpr Change kHeaders[] = {
    {"a plain JWT", R"({"typ": "JWT"})", ""},
    {"a media type in full, in capitals", R"({"typ": "application/AT+JWT"})", ""},
    {"unknown members", R"({"cty": "x", "other": {"a": [1, null]}})", ""},
    {"a key of its own", R"({"jwk": {"kty": "oct", "k": "AAAA"}, "jku": "https://a.example"})", ""},
    {"certificates of its own", R"({"x5c": ["AAAA"], "x5u": "https://a.example"})", ""},
    {"no kid, one key for the algorithm", R"({"kid": null})", ""},
    {"no algorithm", R"({"alg": null})", "TOKEN_ALGORITHM"},
    {"none", R"({"alg": "none"})", "TOKEN_ALGORITHM"},
    {"None", R"({"alg": "None"})", "TOKEN_ALGORITHM"},
    {"lower case", R"({"alg": "rs256"})", "TOKEN_ALGORITHM"},
    {"an HMAC", R"({"alg": "HS256"})", "TOKEN_ALGORITHM"},
    {"a longer digest", R"({"alg": "RS512"})", "TOKEN_ALGORITHM"},
    {"another padding", R"({"alg": "PS256"})", "TOKEN_ALGORITHM"},
    {"a list of algorithms", R"({"alg": ["RS256"]})", "TOKEN_ALGORITHM"},
    {"an algorithm that is not the key's", R"({"alg": "ES256"})", "TOKEN_ALGORITHM"},
    {"another that is not the key's", R"({"alg": "EdDSA"})", "TOKEN_ALGORITHM"},
    {"no type", R"({"typ": null})", "TOKEN_TYPE"},
    {"a token to log out", R"({"typ": "logout+jwt"})", "TOKEN_TYPE"},
    {"a token to prove a key", R"({"typ": "dpop+jwt"})", "TOKEN_TYPE"},
    {"a type that only begins so", R"({"typ": "JWT2"})", "TOKEN_TYPE"},
    {"a type that is no string", R"({"typ": 1})", "TOKEN_TYPE"},
    {"an extension", R"({"crit": ["exp"], "exp": 1})", "TOKEN_CRITICAL"},
    {"no extension, said so", R"({"crit": []})", "TOKEN_CRITICAL"},
    {"an unencoded payload", R"({"crit": ["b64"], "b64": false})", "TOKEN_CRITICAL"},
    {"an unknown kid", R"({"kid": "other"})", "TOKEN_KEY_UNKNOWN"},
    {"an empty kid", R"({"kid": ""})", "TOKEN_KEY_UNKNOWN"},
    {"a path as kid", R"({"kid": "../../dev/null"})", "TOKEN_KEY_UNKNOWN"},
    {"another key's kid", R"({"kid": "p256"})", "TOKEN_ALGORITHM"},
    {"a kid that is no string", R"({"kid": 1})", "TOKEN_MALFORMED"},
};

TEST_F(TokenTest, HeadersAreTakenOrRefused) {
  for (const Change& change : kHeaders) {
    json header = HeaderFor(RsaKey());
    header.merge_patch(json::parse(change.patch));
    const std::string token = Compact(header.dump(), GoodClaims().dump(), RsaKey());
    EXPECT_EQ(Refusal(token), change.reason) << change.what;
  }
}

constexpr Change kClaims[] = {
    {"one of several audiences", R"({"aud": ["account", "trellis"]})", ""},
    {"no times but the end", R"({"iat": null, "nbf": null})", ""},
    {"a fraction of a second", R"({"exp": 1664784000.5})", ""},
    {"no program", R"({"client_id": null, "scope": null})", ""},
    {"the program by its other name", R"({"client_id": null, "azp": "mentor-app"})", ""},
    {"the program by both names", R"({"azp": "mentor-app"})", ""},
    {"a bearer", R"({"typ": "Bearer"})", ""},
    {"an unknown claim", R"({"groups": [{"name": "x"}]})", ""},
    {"a subject in another script", R"({"sub": "Zoë 学"})", ""},
    {"an id token of Keycloak", R"({"typ": "ID"})", "TOKEN_TYPE"},
    {"a refresh token of Keycloak", R"({"typ": "Refresh"})", "TOKEN_TYPE"},
    {"a token bound to a key", R"({"typ": "DPoP"})", "TOKEN_TYPE"},
    {"no issuer", R"({"iss": null})", "TOKEN_ISSUER"},
    {"another issuer", R"({"iss": "https://login.elsewhere.example"})", "TOKEN_ISSUER"},
    {"a slash more", R"({"iss": "https://login.harbour-trust.example/realms/schools/"})",
     "TOKEN_ISSUER"},
    {"issuers", R"({"iss": ["https://login.harbour-trust.example/realms/schools"]})",
     "TOKEN_ISSUER"},
    {"no audience", R"({"aud": null})", "TOKEN_AUDIENCE"},
    {"another audience", R"({"aud": "trellis2"})", "TOKEN_AUDIENCE"},
    {"the audience within a text", R"({"aud": "account trellis"})", "TOKEN_AUDIENCE"},
    {"no audience of several", R"({"aud": []})", "TOKEN_AUDIENCE"},
    {"an audience within an audience", R"({"aud": [["trellis"]]})", "TOKEN_AUDIENCE"},
    {"an audience as a name", R"({"aud": {"trellis": true}})", "TOKEN_AUDIENCE"},
    {"no end", R"({"exp": null})", "TOKEN_CLAIM"},
    {"an end in a text", R"({"exp": "1664784300"})", "TOKEN_CLAIM"},
    {"an end in milliseconds", R"({"exp": 1664784300000})", "TOKEN_CLAIM"},
    {"an end that is beyond numbers", R"({"exp": 1e300})", "TOKEN_CLAIM"},
    {"an end before 1970", R"({"exp": -1})", "TOKEN_CLAIM"},
    {"an end that is true", R"({"exp": true})", "TOKEN_CLAIM"},
    {"a beginning in a text", R"({"nbf": "0"})", "TOKEN_CLAIM"},
    {"no subject", R"({"sub": null})", "TOKEN_CLAIM"},
    {"an empty subject", R"({"sub": ""})", "TOKEN_CLAIM"},
    {"a subject that is a number", R"({"sub": 17})", "TOKEN_CLAIM"},
    {"a subject with a line feed", R"({"sub": "person-1\nadmin"})", "TOKEN_CLAIM"},
    {"a subject with an end in it", R"({"sub": "person-1\u0000"})", "TOKEN_CLAIM"},
    {"two programs", R"({"azp": "other-app"})", "TOKEN_CLAIM"},
    {"a program that is no text", R"({"client_id": {}})", "TOKEN_CLAIM"},
    {"scopes in a list", R"({"scope": ["read"]})", "TOKEN_CLAIM"},
};

TEST_F(TokenTest, ClaimsAreTakenOrRefused) {
  for (const Change& change : kClaims) {
    json claims = GoodClaims();
    claims.merge_patch(json::parse(change.patch));
    EXPECT_EQ(Refusal(TokenOf(RsaKey(), claims)), change.reason) << change.what;
  }
}

// Seconds from now, and the reason of the refusal; the clocks may differ by a minute.
struct Moment {
  const char* claim;
  int64_t seconds;
  const char* reason;
};

constexpr Moment kMoments[] = {
    {"exp", 1, ""},
    {"exp", 0, ""},
    {"exp", -59, ""},
    {"exp", -60, "TOKEN_EXPIRED"},
    {"iat", -9, ""},
    {"iat", 60, ""},
    {"iat", 61, "TOKEN_NOT_YET_VALID"},
    {"nbf", -9, ""},
    {"nbf", 60, ""},
    {"nbf", 61, "TOKEN_NOT_YET_VALID"},
};

TEST_F(TokenTest, TimesMayDifferByTheSkew) {
  for (const Moment& moment : kMoments) {
    json claims = GoodClaims();
    claims[moment.claim] = absl::ToUnixSeconds(clock_.Now()) + moment.seconds;
    EXPECT_EQ(Refusal(TokenOf(RsaKey(), claims)), moment.reason)
        << moment.claim << " " << moment.seconds;
  }
}

TEST_F(TokenTest, ASubjectHasALimit) {
  for (const size_t size : {1, 255, 256, 5000}) {
    json claims = GoodClaims();
    claims["sub"] = std::string(size, 's');
    EXPECT_EQ(Refusal(TokenOf(RsaKey(), claims)), size <= 255 ? "" : "TOKEN_CLAIM") << size;
  }
}

struct Program {
  const char* patch;
  bool is_client;
};

constexpr Program kPrograms[] = {
    {R"({"sub": "mis-sync", "client_id": "mis-sync"})", true},
    {R"({"sub": "mis-sync", "client_id": null, "azp": "mis-sync"})", true},
    {R"({"gty": "client-credentials"})", true},
    {R"({"gty": "password"})", false},
    {R"({})", false},
    {R"({"client_id": null})", false},
};

TEST_F(TokenTest, AProgramForItselfIsToldFromAPerson) {
  for (const Program& program : kPrograms) {
    json claims = GoodClaims();
    claims.merge_patch(json::parse(program.patch));
    const auto verified = verifier_->Verify(TokenOf(RsaKey(), claims));
    ASSERT_TRUE(verified.ok()) << program.patch << verified.status();
    EXPECT_EQ(verified->is_client, program.is_client) << program.patch;
  }
}

// Texts that are no JSON object, or one that two readers take each another way.
TEST_F(TokenTest, JsonIsReadStrictly) {
  const std::string good = GoodClaims().dump();
  const std::string rest = good.substr(1);
  for (const std::string& claims :
       {std::string(),
        std::string("null"),
        std::string("[]"),
        std::string("\"text\""),
        absl::StrCat(R"({"sub":"admin",)", rest),
        absl::StrCat(R"({"s\u0075b":"admin",)", rest),
        absl::StrCat(R"({"other":{"a":1,"a":2},)", rest),
        absl::StrCat(good, "{}"),
        absl::StrCat(good, absl::string_view("\0{}", 3)),
        absl::StrCat("\xef\xbb\xbf", good),
        absl::StrCat("{\"other\":\"\xff\",", rest),
        absl::StrCat(R"({"other":"\ud800",)", rest),
        absl::StrCat("{\"other\":1e999,", rest),
        absl::StrCat("{\"other\":NaN,", rest),
        absl::StrCat("{/* */", rest),
        absl::StrCat("{'other':1,", rest),
        absl::StrCat("{\"other\":1,,", rest),
        absl::StrCat("{\"other\":01,", rest),
        good.substr(0, good.size() - 1),
        absl::StrCat("{\"other\":", std::string(2000, '['), std::string(2000, ']'), ",", rest)}) {
    EXPECT_EQ(Refusal(Compact(HeaderFor(RsaKey()).dump(), claims, RsaKey())), "TOKEN_MALFORMED")
        << claims;
  }
  const std::string header = HeaderFor(RsaKey()).dump();
  for (const std::string& wrong :
       {absl::StrCat(R"({"alg":"none",)", header.substr(1)), absl::StrCat(header, " x"),
        std::string("{}{}"), std::string()}) {
    EXPECT_EQ(Refusal(Compact(wrong, good, RsaKey())), "TOKEN_MALFORMED") << wrong;
  }
}

TEST_F(TokenTest, ThePublicKeyIsNoSecretToSignWith) {
  const std::string n = RsaKey().PublicJwk()["n"];
  for (const std::string& secret : {RsaKey().PublicJwk().dump(), n, *DecodeBase64Url(n)}) {
    for (const char* const algorithm : {"HS256", "RS256"}) {
      json header = HeaderFor(RsaKey());
      header["alg"] = algorithm;
      const std::string input = SigningInput(header.dump(), GoodClaims().dump());
      const std::string token =
          absl::StrCat(input, ".", EncodeBase64Url(trellis::testing::SignHs256(secret, input)));
      EXPECT_EQ(Refusal(token),
                algorithm == std::string("HS256") ? "TOKEN_ALGORITHM" : "TOKEN_SIGNATURE");
    }
  }
}

TEST_F(TokenTest, NobodyElseSigns) {
  const std::string claims = GoodClaims().dump();
  for (const SigningKey& key :
       {SigningKey::Rsa("rsa"), SigningKey::P256("p256"), SigningKey::Ed25519("ed25519")}) {
    EXPECT_EQ(Refusal(Compact(HeaderFor(key).dump(), claims, key)), "TOKEN_SIGNATURE");
    // Nor if it brings its key.
    json header = HeaderFor(key);
    header["jwk"] = key.PublicJwk();
    EXPECT_EQ(Refusal(Compact(header.dump(), claims, key)), "TOKEN_SIGNATURE");
  }
}

TEST_F(TokenTest, ATokenHasALimit) {
  json claims = GoodClaims();
  claims["padding"] = std::string(11'000, 'x');
  EXPECT_EQ(Refusal(TokenOf(RsaKey(), claims)), "");
  claims["padding"] = std::string(12'000, 'x');
  EXPECT_EQ(Refusal(TokenOf(RsaKey(), claims)), "TOKEN_TOO_LARGE");
  EXPECT_EQ(Refusal(std::string(kTokenBytesMax + 1, '.')), "TOKEN_TOO_LARGE");
  EXPECT_EQ(Refusal(std::string(kTokenBytesMax, '.')), "TOKEN_MALFORMED");
}

// Whatever is in a token, and wrong with it, stays out of logs and replies.
TEST_F(TokenTest, ARefusalSaysNothingOfTheToken) {
  for (const char* const member : {"alg", "typ", "kid", "crit"}) {
    json header = HeaderFor(RsaKey());
    header[member] = "s3cr3t";
    const auto refused = verifier_->Verify(Compact(header.dump(), GoodClaims().dump(), RsaKey()));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_FALSE(absl::StrContains(refused.status().ToString(), "s3cr3t")) << refused.status();
  }
  for (const char* const name : {"iss", "aud", "exp", "nbf", "iat", "typ", "azp"}) {
    json claims = GoodClaims();
    claims[name] = "s3cr3t";
    const auto refused = verifier_->Verify(TokenOf(RsaKey(), claims));
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_FALSE(absl::StrContains(refused.status().ToString(), "s3cr3t")) << refused.status();
  }
}

}  // namespace
}  // namespace trellis::identity
