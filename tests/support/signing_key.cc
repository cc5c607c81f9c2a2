#include "tests/support/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "identity/encoding.h"

namespace trellis::testing {
namespace {

using identity::EncodeBase64Url;
using nlohmann::json;

// Of a number of P-256.
constexpr int kNumberBytes = 32;

const unsigned char* Unsigned(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Unsigned(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// OpenSSL writes two numbers in DER, JOSE one behind the other.
std::string FromDer(const std::string& der) {
  const unsigned char* bytes = Unsigned(der);
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free);
  CHECK(signature != nullptr);
  std::string joined(2 * kNumberBytes, '\0');
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), Unsigned(joined), kNumberBytes) > 0);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), Unsigned(joined) + kNumberBytes,
                     kNumberBytes) > 0);
  return joined;
}

}  // namespace

SigningKey::SigningKey(std::string kid, std::string algorithm, evp_pkey_st* key)
    : kid_(std::move(kid)), algorithm_(std::move(algorithm)), key_(key, EVP_PKEY_free) {
  CHECK(key != nullptr);
}

SigningKey SigningKey::Rsa(const std::string& kid, unsigned bits) {
  return SigningKey(kid, "RS256", EVP_RSA_gen(bits));
}
SigningKey SigningKey::P256(const std::string& kid) {
  return SigningKey(kid, "ES256", EVP_EC_gen("P-256"));
}
SigningKey SigningKey::Ed25519(const std::string& kid) {
  return SigningKey(kid, "EdDSA", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string SigningKey::Number(const char* name) const {
  BIGNUM* found = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &found) == 1);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(found, BN_free);
  const int size = algorithm_ == "ES256" ? kNumberBytes : BN_num_bytes(found);
  std::string bytes(static_cast<size_t>(size), '\0');
  CHECK(BN_bn2binpad(found, Unsigned(bytes), size) == size);
  return EncodeBase64Url(bytes);
}

json SigningKey::PublicJwk() const {
  json jwk = {{"kid", kid_}, {"alg", algorithm_}, {"use", "sig"}};
  if (algorithm_ == "RS256") {
    jwk.update({{"kty", "RSA"},
                {"n", Number(OSSL_PKEY_PARAM_RSA_N)},
                {"e", Number(OSSL_PKEY_PARAM_RSA_E)}});
  } else if (algorithm_ == "ES256") {
    jwk.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", Number(OSSL_PKEY_PARAM_EC_PUB_X)},
                {"y", Number(OSSL_PKEY_PARAM_EC_PUB_Y)}});
  } else {
    std::string bytes(kNumberBytes, '\0');
    size_t size = bytes.size();
    CHECK(EVP_PKEY_get_raw_public_key(key_.get(), Unsigned(bytes), &size) == 1);
    jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", EncodeBase64Url(bytes)}});
  }
  return jwk;
}

std::string SigningKey::Sign(absl::string_view input) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const EVP_MD* const digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
  size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, Unsigned(input), input.size()) == 1);
  std::string signature(size, '\0');
  CHECK(EVP_DigestSign(context.get(), Unsigned(signature), &size, Unsigned(input), input.size()) ==
        1);
  signature.resize(size);
  return algorithm_ == "ES256" ? FromDer(signature) : signature;
}

std::string SignHs256(absl::string_view secret, absl::string_view input) {
  std::string mac(32, '\0');
  CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Unsigned(input),
             input.size(), Unsigned(mac), nullptr) != nullptr);
  return mac;
}

std::string SigningInput(absl::string_view header, absl::string_view claims) {
  return absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(claims));
}

std::string Compact(absl::string_view header, absl::string_view claims, const SigningKey& key) {
  const std::string input = SigningInput(header, claims);
  return absl::StrCat(input, ".", EncodeBase64Url(key.Sign(input)));
}

std::string KeySetOf(const std::vector<json>& jwks) { return json{{"keys", jwks}}.dump(); }

}  // namespace trellis::testing
