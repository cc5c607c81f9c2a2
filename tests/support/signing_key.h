// Signs tokens, good ones and others: what a provider has and Trellis has not. By OpenSSL alone, so
// that what checks them is checked by something else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

struct evp_pkey_st;

namespace trellis::testing {

// Immutable; thread-safe.
class SigningKey {
 public:
  // New ones.
  static SigningKey Rsa(const std::string& kid, unsigned bits = 2048);
  static SigningKey P256(const std::string& kid);
  static SigningKey Ed25519(const std::string& kid);

  const std::string& kid() const { return kid_; }
  // RS256, ES256 or EdDSA.
  const std::string& algorithm() const { return algorithm_; }
  // What the provider publishes: kid, alg, use and the key.
  nlohmann::json PublicJwk() const;
  // The bytes of a signature as JOSE wants them.
  std::string Sign(absl::string_view input) const;

 private:
  SigningKey(std::string kid, std::string algorithm, evp_pkey_st* key);
  std::string Number(const char* name) const;

  std::string kid_;
  std::string algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

// The HMAC of HS256 with `secret`.
std::string SignHs256(absl::string_view secret, absl::string_view input);

// `header` and `claims`, of any text, in base64url with a dot between: what is signed.
std::string SigningInput(absl::string_view header, absl::string_view claims);

// A token in compact form.
std::string Compact(absl::string_view header, absl::string_view claims, const SigningKey& key);

// The JSON Web Key Set of `keys`.
std::string KeySetOf(const std::vector<nlohmann::json>& jwks);

}  // namespace trellis::testing
