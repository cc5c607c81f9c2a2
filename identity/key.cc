#include "identity/key.h"

#include <bit>
#include <cjose/cjose.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "identity/encoding.h"

namespace trellis::identity {
namespace {

using nlohmann::json;

// Of a coordinate of P-256 and of a key of Ed25519; a signature by either is two of them.
constexpr size_t kEllipticBytes = 32;
// The exponents in use are 65537; OpenSSL takes no longer ones with keys of more than 3072 bits.
constexpr size_t kExponentBytesMax = 8;

absl::Status Unfit(absl::string_view why) { return absl::InvalidArgumentError(why); }

// libcjose wants what it copies as uint8_t*, not const.
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }
const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// A big-endian number without leading zeros, which some providers write though they may not.
absl::StatusOr<std::string> NumberMember(const json& jwk, const char* name) {
  const std::string* const text = StringMember(jwk, name);
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = DecodeBase64Url(*text);
  if (!bytes.has_value()) return Unfit(absl::StrCat(name, ": want base64url"));
  bytes->erase(0, bytes->find_first_not_of('\0'));
  return *std::move(bytes);
}

absl::StatusOr<std::string> EllipticMember(const json& jwk, const char* name) {
  const std::string* const text = StringMember(jwk, name);
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = DecodeBase64Url(*text);
  if (!bytes.has_value() || bytes->size() != kEllipticBytes) {
    return Unfit(absl::StrCat(name, ": want 32 bytes in base64url"));
  }
  return *std::move(bytes);
}

size_t Bits(const std::string& number) {
  if (number.empty()) return 0;
  return number.size() * 8 -
         static_cast<size_t>(std::countl_zero(static_cast<uint8_t>(number.front())));
}

bool IsOdd(const std::string& number) { return !number.empty() && (number.back() & 1) != 0; }

// What the provider says the key is for must leave room for signatures by `algorithm`.
absl::Status CheckPurpose(const json& jwk, absl::string_view algorithm) {
  if (jwk.contains("d")) return Unfit("it is a private key");
  if (const json* const alg = Member(jwk, "alg");
      alg != nullptr && *alg != std::string(algorithm)) {
    return Unfit(absl::StrCat("alg: want ", algorithm));
  }
  if (const json* const use = Member(jwk, "use"); use != nullptr && *use != "sig") {
    return Unfit("use: want sig");
  }
  const json* const operations = Member(jwk, "key_ops");
  if (operations == nullptr) return absl::OkStatus();
  if (!operations->is_array()) return Unfit("key_ops: want an array");
  for (const json& operation : *operations) {
    if (operation == "verify") return absl::OkStatus();
  }
  return Unfit("key_ops: want verify");
}

// What OpenSSL says of a key or signature that is wrong stays behind for the next who looks on this
// thread, such as a TLS connection, which would take it for its own.
class ErrorsTakenAway {
 public:
  ErrorsTakenAway() = default;
  ~ErrorsTakenAway() { ERR_clear_error(); }
  ErrorsTakenAway(const ErrorsTakenAway&) = delete;
  ErrorsTakenAway& operator=(const ErrorsTakenAway&) = delete;
};

struct FreeJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::optional<Algorithm> AlgorithmNamed(absl::string_view name) {
  if (name == "RS256") return Algorithm::kRs256;
  if (name == "ES256") return Algorithm::kEs256;
  if (name == "EdDSA") return Algorithm::kEdDsa;
  return std::nullopt;
}

void Key::FreeJose::operator()(_cjose_jwk_int* key) const { cjose_jwk_release(key); }
void Key::FreeEvp::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

absl::StatusOr<Key> Key::Parse(const json& jwk) {
  if (!jwk.is_object()) return Unfit("want an object");
  const ErrorsTakenAway errors;
  Key key;
  if (const json* const kid = Member(jwk, "kid"); kid != nullptr) {
    if (!kid->is_string()) return Unfit("kid: want a string");
    key.kid_ = kid->get<std::string>();
  }
  const std::string* const kty = StringMember(jwk, "kty");
  const std::string* const crv = StringMember(jwk, "crv");
  if (kty != nullptr && *kty == "RSA") {
    RETURN_IF_ERROR(key.TakeRsa(jwk));
  } else if (kty != nullptr && *kty == "EC" && crv != nullptr && *crv == "P-256") {
    RETURN_IF_ERROR(key.TakeP256(jwk));
  } else if (kty != nullptr && *kty == "OKP" && crv != nullptr && *crv == "Ed25519") {
    RETURN_IF_ERROR(key.TakeEd25519(jwk));
  } else {
    return Unfit("kty: want RSA, EC on P-256, or OKP on Ed25519");
  }
  key.fingerprint_ = Sha256(jwk.dump());
  return key;
}

absl::Status Key::TakeRsa(const json& jwk) {
  RETURN_IF_ERROR(CheckPurpose(jwk, "RS256"));
  ASSIGN_OR_RETURN(std::string n, NumberMember(jwk, "n"));
  ASSIGN_OR_RETURN(std::string e, NumberMember(jwk, "e"));
  if (Bits(n) < kRsaBitsMin || Bits(n) > kRsaBitsMax || !IsOdd(n)) {
    return Unfit(absl::StrCat("n: got ", Bits(n), " bits, want ", kRsaBitsMin, " to ", kRsaBitsMax,
                              ", and an odd number"));
  }
  // With an exponent of 1 everything is signed; NIST SP 800-56B wants more than 2^16.
  if (Bits(e) <= 16 || e.size() > kExponentBytesMax || !IsOdd(e)) {
    return Unfit("e: want an odd number from 65537 on, of at most 8 bytes");
  }
  cjose_jwk_rsa_keyspec spec{};
  spec.n = Bytes(n);
  spec.nlen = n.size();
  spec.e = Bytes(e);
  spec.elen = e.size();
  jose_.reset(cjose_jwk_create_RSA_spec(&spec, nullptr));
  if (jose_ == nullptr) return Unfit("it is no RSA key");
  algorithm_ = Algorithm::kRs256;
  return absl::OkStatus();
}

absl::Status Key::TakeP256(const json& jwk) {
  RETURN_IF_ERROR(CheckPurpose(jwk, "ES256"));
  ASSIGN_OR_RETURN(std::string x, EllipticMember(jwk, "x"));
  ASSIGN_OR_RETURN(std::string y, EllipticMember(jwk, "y"));
  cjose_jwk_ec_keyspec spec{};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = Bytes(x);
  spec.xlen = x.size();
  spec.y = Bytes(y);
  spec.ylen = y.size();
  jose_.reset(cjose_jwk_create_EC_spec(&spec, nullptr));
  if (jose_ == nullptr) return Unfit("x, y: want a point of the curve");
  algorithm_ = Algorithm::kEs256;
  return absl::OkStatus();
}

absl::Status Key::TakeEd25519(const json& jwk) {
  RETURN_IF_ERROR(CheckPurpose(jwk, "EdDSA"));
  ASSIGN_OR_RETURN(const std::string x, EllipticMember(jwk, "x"));
  evp_.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, Bytes(x), x.size()));
  if (evp_ == nullptr) return Unfit("x: want a key of Ed25519");
  algorithm_ = Algorithm::kEdDsa;
  return absl::OkStatus();
}

bool Key::Signed(absl::string_view compact) const {
  const ErrorsTakenAway errors;
  // Each part, since libcjose ends the process at some that are no base64url.
  const std::vector<absl::string_view> parts = absl::StrSplit(compact, '.');
  std::optional<std::string> signature;
  for (const absl::string_view part : parts) {
    signature = DecodeBase64Url(part);
    if (!signature.has_value()) return false;
  }
  if (parts.size() != 3) return false;
  if (algorithm_ == Algorithm::kEdDsa) {
    return SignedByEd25519(compact.substr(0, compact.rfind('.')), *signature);
  }
  // libcjose halves what it is given, whatever its length: with zeros before both halves it would
  // be another spelling of the same signature (RFC 7518, section 3.4).
  if (algorithm_ == Algorithm::kEs256 && signature->size() != 2 * kEllipticBytes) return false;
  return SignedByJose(compact);
}

bool Key::SignedByJose(absl::string_view compact) const {
  const std::unique_ptr<cjose_jws_t, FreeJws> jws(
      cjose_jws_import(compact.data(), compact.size(), nullptr));
  if (jws == nullptr) return false;
  // libcjose checks as the header says, also with another digest or padding.
  const char* const named =
      cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
  return named != nullptr && AlgorithmNamed(named) == algorithm_ &&
         cjose_jws_verify(jws.get(), jose_.get(), nullptr);
}

bool Key::SignedByEd25519(absl::string_view input, absl::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, evp_.get(),
                                 nullptr) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(input),
                          input.size()) == 1;
}

}  // namespace trellis::identity
