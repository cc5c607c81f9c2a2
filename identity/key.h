// One public key of a provider, and whether it signed a token. RSA and P-256 by libcjose, Ed25519,
// which that does not know, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "nlohmann/json.hpp"

struct _cjose_jwk_int;
struct evp_pkey_st;

namespace trellis::identity {

// Shorter RSA keys are refused (RFC 7518, section 3.3), and so are longer ones: what a signature
// costs to check grows with the square.
inline constexpr size_t kRsaBitsMin = 2048;
inline constexpr size_t kRsaBitsMax = 8192;

// Those that RFC 8725 leaves and that providers use. No HMAC: whoever checks could sign.
enum class Algorithm { kRs256, kEs256, kEdDsa };

// By the name in `alg`; none for any other.
std::optional<Algorithm> AlgorithmNamed(absl::string_view name);

// Immutable; thread-safe.
class Key {
 public:
  // Reads a JSON Web Key (RFC 7517). INVALID_ARGUMENT says why it is not one to check tokens with:
  // another kind, curve, use or algorithm, too short, or a private key, which then is known to
  // everybody. Whoever takes the set's other keys logs it.
  static absl::StatusOr<Key> Parse(const nlohmann::json& jwk);

  const std::optional<std::string>& kid() const { return kid_; }
  // The one algorithm that the key is for.
  Algorithm algorithm() const { return algorithm_; }
  // Of all that the JWK says: another one is another key.
  const Digest& fingerprint() const { return fingerprint_; }

  // Whether this key signed `compact`, a token in compact form and in its one spelling; for RSA and
  // P-256 the header must name the key's algorithm, and for Ed25519 the caller sees to that.
  bool Signed(absl::string_view compact) const;

 private:
  struct FreeJose {
    void operator()(_cjose_jwk_int* key) const;
  };
  struct FreeEvp {
    void operator()(evp_pkey_st* key) const;
  };
  using JoseKey = std::unique_ptr<_cjose_jwk_int, FreeJose>;
  using EvpKey = std::unique_ptr<evp_pkey_st, FreeEvp>;

  Key() = default;
  // Each takes what its kind of key has.
  absl::Status TakeRsa(const nlohmann::json& jwk);
  absl::Status TakeP256(const nlohmann::json& jwk);
  absl::Status TakeEd25519(const nlohmann::json& jwk);
  bool SignedByJose(absl::string_view compact) const;
  bool SignedByEd25519(absl::string_view input, absl::string_view signature) const;

  std::optional<std::string> kid_;
  Algorithm algorithm_ = Algorithm::kRs256;
  Digest fingerprint_{};
  // One of them.
  JoseKey jose_;
  EvpKey evp_;
};

}  // namespace trellis::identity
