// A verifier with one issuer and its keys in a file, and the parts of a token it takes.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "identity/token_verifier.h"
#include "tests/support/fake_clock.h"
#include "tests/support/signing_key.h"
#include "tests/support/temp_directory.h"

namespace trellis::identity::testing {

using nlohmann::json;
using trellis::testing::Compact;
using trellis::testing::FakeClock;
using trellis::testing::KeySetOf;
using trellis::testing::SigningKey;
using trellis::testing::TempDirectory;

inline constexpr char kIssuer[] = "https://login.harbour-trust.example/realms/schools";
inline constexpr char kAudience[] = "trellis";

// One key of each kind, made once: RSA takes its time.
inline const SigningKey& RsaKey() {
  static const SigningKey key = SigningKey::Rsa("rsa");
  return key;
}
inline const SigningKey& P256Key() {
  static const SigningKey key = SigningKey::P256("p256");
  return key;
}
inline const SigningKey& Ed25519Key() {
  static const SigningKey key = SigningKey::Ed25519("ed25519");
  return key;
}
inline std::vector<SigningKey> AllKeys() { return {RsaKey(), P256Key(), Ed25519Key()}; }

inline json HeaderFor(const SigningKey& key) {
  return {{"alg", key.algorithm()}, {"kid", key.kid()}, {"typ", "at+jwt"}};
}

// Good for five minutes.
inline json ClaimsAt(absl::Time now, const std::string& issuer = kIssuer) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  return {
      {"iss", issuer},         {"aud", kAudience}, {"sub", "person-1"}, {"client_id", "mentor-app"},
      {"scope", "read write"}, {"iat", seconds},   {"nbf", seconds},    {"exp", seconds + 300}};
}

inline std::string TokenOf(const SigningKey& key, const json& claims) {
  return Compact(HeaderFor(key).dump(), claims.dump(), key);
}

// Replaces the file in one step, as an operator should.
inline void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  CHECK(std::rename((path + ".new").c_str(), path.c_str()) == 0);
}

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() {
    std::vector<json> jwks;
    for (const SigningKey& key : AllKeys()) jwks.push_back(key.PublicJwk());
    WriteFile(keys_path_, KeySetOf(jwks));
    Open();
  }

  // With what is in the file now.
  void Open() {
    auto verifier = TokenVerifier::Create({{kIssuer, kAudience, keys_path_}}, clock_);
    CHECK(verifier.ok());
    verifier_ = *std::move(verifier);
  }

  json GoodClaims() const { return ClaimsAt(clock_.Now()); }

  // The reason of its refusal; empty if it is taken.
  std::string Refusal(const std::string& token) {
    return ErrorReason(verifier_->Verify(token).status());
  }

  FakeClock clock_;
  TempDirectory directory_;
  const std::string keys_path_ = directory_ / "keys.json";
  std::unique_ptr<TokenVerifier> verifier_;
};

}  // namespace trellis::identity::testing
