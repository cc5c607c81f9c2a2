#include "proofs/key.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/text.h"

namespace trellis::proofs {
namespace {

using KeyBytes = std::array<uint8_t, 32>;

constexpr char kSecretPrefix[] = "PRIVATE+KEY+";
constexpr size_t kSignatureBytes = 64;
constexpr size_t kTimeBytes = 8;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using OwnedKey = std::unique_ptr<EVP_PKEY, FreeKey>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using OwnedContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "KEY_MALFORMED", message);
}

absl::string_view AsText(const KeyBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const uint8_t* AsUnsigned(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

char AsChar(KeyType type) { return static_cast<char>(type); }

std::string IdText(uint32_t id) { return absl::StrCat(absl::Hex(id, absl::kZeroPad8)); }

// Name, id and key of a key's text, whichever half it is of.
struct KeyText {
  absl::string_view name;
  absl::string_view id;
  KeyType type;
  KeyBytes bytes;

  ~KeyText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

absl::StatusOr<KeyText> ReadKeyText(absl::string_view text) {
  // The name has no '+', base64 may have some.
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('+', 2));
  if (parts.size() != 3) {
    return Malformed(absl::StrCat("key has ", parts.size(), " parts, want name+id+key"));
  }
  if (!IsKeyName(parts[0])) {
    return Malformed("key has a name of no or over 255 bytes, or with spaces or not in UTF-8");
  }
  std::optional<std::string> key = ReadBase64(parts[2]);
  if (!key.has_value() || key->empty()) {
    return Malformed(absl::StrCat("key ", parts[0], " is not in base64"));
  }
  KeyText result{parts[0], parts[1], static_cast<KeyType>(key->front()), {}};
  const size_t size = key->size() - 1;
  const bool fits = size == result.bytes.size();
  if (fits) std::copy(key->begin() + 1, key->end(), result.bytes.begin());
  OPENSSL_cleanse(&key->front(), key->size());
  if (result.type != KeyType::kNote && result.type != KeyType::kCosignature) {
    return Malformed(absl::StrCat("key ", parts[0], " is of type ", static_cast<int>(result.type),
                                  ", want 1 (Ed25519) or 4 (Ed25519 cosignature)"));
  }
  if (!fits) {
    return Malformed(absl::StrCat("key ", parts[0], " has ", size, " bytes, want 32"));
  }
  return result;
}

absl::Status CheckId(const VerifierKey& key, absl::string_view id) {
  if (IdText(key.id()) == id) return absl::OkStatus();
  // The id that was got is not said: in a damaged private key it may be a part of the secret.
  return Malformed(absl::StrCat("key ", key.name(), " has not the id ", IdText(key.id()),
                                " that follows from its bytes"));
}

KeyBytes PublicBytes(const EVP_PKEY* key) {
  KeyBytes bytes;
  size_t size = bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) == 1 && size == bytes.size());
  return bytes;
}

// What a witness signs.
std::string CosignedMessage(uint64_t seconds, absl::string_view text) {
  return absl::StrCat("cosignature/v1\ntime ", seconds, "\n", text);
}

std::optional<uint64_t> CosignatureSeconds(absl::string_view bytes) {
  if (bytes.size() < kTimeBytes) return std::nullopt;
  uint64_t seconds = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) seconds = seconds << 8 | AsUnsigned(bytes)[i];
  if (seconds > INT64_MAX) return std::nullopt;
  return seconds;
}

bool VerifiesBytes(const KeyBytes& bytes, absl::string_view message, absl::string_view signature) {
  const OwnedKey key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes.data(), bytes.size()));
  const OwnedContext context(EVP_MD_CTX_new());
  CHECK(key != nullptr && context != nullptr);
  CHECK(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                                nullptr) == 1);
  return EVP_DigestVerify(context.get(), AsUnsigned(signature), signature.size(),
                          AsUnsigned(message), message.size()) == 1;
}

}  // namespace

VerifierKey::VerifierKey(absl::string_view name, KeyType type, const KeyBytes& bytes)
    : name_(name), type_(type), bytes_(bytes) {
  const Digest digest =
      Sha256(absl::StrCat(name, "\n", std::string(1, AsChar(type))), AsText(bytes));
  id_ = 0;
  for (size_t i = 0; i < sizeof(id_); ++i) id_ = id_ << 8 | digest[i];
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(const KeyText parts, ReadKeyText(text));
  VerifierKey key(parts.name, parts.type, parts.bytes);
  RETURN_IF_ERROR(CheckId(key, parts.id));
  return key;
}

std::string VerifierKey::ToString() const {
  const std::string key = absl::StrCat(std::string(1, AsChar(type_)), AsText(bytes_));
  return absl::StrCat(name_, "+", IdText(id_), "+", absl::Base64Escape(key));
}

bool VerifierKey::Verifies(absl::string_view text, const Signature& signature) const {
  if (!Made(signature)) return false;
  const absl::string_view bytes = signature.bytes;
  switch (type_) {
    case KeyType::kNote:
      return bytes.size() == kSignatureBytes && VerifiesBytes(bytes_, text, bytes);
    case KeyType::kCosignature: {
      const std::optional<uint64_t> seconds = CosignatureSeconds(bytes);
      return seconds.has_value() && bytes.size() == kTimeBytes + kSignatureBytes &&
             VerifiesBytes(bytes_, CosignedMessage(*seconds, text), bytes.substr(kTimeBytes));
    }
  }
  Crash("key of no type");
}

absl::StatusOr<SignerKey> SignerKey::Generate(absl::string_view name, KeyType type) {
  if (!IsKeyName(name)) {
    return Malformed("name of a key is empty, over 255 bytes, not UTF-8, or has spaces or '+'");
  }
  OwnedKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(key != nullptr);
  VerifierKey verifier(name, type, PublicBytes(key.get()));
  return SignerKey(std::move(verifier), std::move(key));
}

absl::StatusOr<SignerKey> SignerKey::Parse(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kSecretPrefix)) {
    return Malformed(absl::StrCat("private key does not begin with ", kSecretPrefix));
  }
  ASSIGN_OR_RETURN(const KeyText parts, ReadKeyText(text));
  OwnedKey key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, parts.bytes.data(),
                                               parts.bytes.size()));
  CHECK(key != nullptr);
  VerifierKey verifier(parts.name, parts.type, PublicBytes(key.get()));
  RETURN_IF_ERROR(CheckId(verifier, parts.id));
  return SignerKey(std::move(verifier), std::move(key));
}

std::string SignerKey::ToSecretString() const {
  std::array<uint8_t, 33> bytes;
  bytes[0] = static_cast<uint8_t>(verifier_.type());
  size_t size = bytes.size() - 1;
  CHECK(EVP_PKEY_get_raw_private_key(key_.get(), &bytes[1], &size) == 1 && size == 32);
  std::string text =
      absl::StrCat(kSecretPrefix, verifier_.name(), "+", IdText(verifier_.id()), "+",
                   absl::Base64Escape({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return text;
}

Signature SignerKey::Sign(absl::string_view text) const {
  CHECK(verifier_.type() == KeyType::kNote);
  return {verifier_.name(), verifier_.id(), SignBytes(text)};
}

Signature SignerKey::Cosign(absl::string_view text, absl::Time time) const {
  CHECK(verifier_.type() == KeyType::kCosignature && time >= absl::UnixEpoch());
  const auto seconds = static_cast<uint64_t>(absl::ToUnixSeconds(time));
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(seconds >> shift));
  bytes.append(SignBytes(CosignedMessage(seconds, text)));
  return {verifier_.name(), verifier_.id(), std::move(bytes)};
}

std::string SignerKey::SignBytes(absl::string_view message) const {
  const OwnedContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(),
                              nullptr) == 1);
  std::array<uint8_t, kSignatureBytes> signature;
  size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, AsUnsigned(message),
                       message.size()) == 1);
  CHECK(size == signature.size());
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

std::optional<absl::Time> CosignatureTime(const Signature& signature) {
  const std::optional<uint64_t> seconds = CosignatureSeconds(signature.bytes);
  if (!seconds.has_value()) return std::nullopt;
  return absl::FromUnixSeconds(static_cast<int64_t>(*seconds));
}

}  // namespace trellis::proofs
