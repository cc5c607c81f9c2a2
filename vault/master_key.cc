#include "vault/master_key.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <openssl/crypto.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/secret_file.h"
#include "base/status_macros.h"

namespace trellis::vault {
namespace {

SecretText TextOf(absl::string_view key) {
  std::string text;
  absl::Base64Escape(key, &text);
  return SecretText(std::move(text));
}

absl::string_view View(const std::array<uint8_t, kNonceBytes>& nonce) {
  return {reinterpret_cast<const char*>(nonce.data()), nonce.size()};
}

}  // namespace

MasterKey::MasterKey(std::shared_ptr<const SecretBytes> secret) : secret_(std::move(secret)) {
  const Digest digest = Sha256("trellis master key id 1\n", secret_->view());
  std::copy_n(digest.begin(), id_.size(), id_.begin());
}

absl::StatusOr<MasterKey> MasterKey::Parse(absl::string_view text) {
  std::string bytes;
  const bool decoded = absl::Base64Unescape(text, &bytes);
  const SecretText key(std::move(bytes));
  // One spelling: Abseil takes others, such as with blanks.
  if (decoded && key.view().size() == kKeyBytes && TextOf(key.view()).view() == text) {
    return MasterKey(SecretOf(key.view()));
  }
  return Error(absl::StatusCode::kInvalidArgument, "MASTER_KEY_MALFORMED",
               absl::StrCat("master key is a text of ", text.size(),
                            " characters, want the base64 of 32 bytes"));
}

std::string MasterKey::IdText() const {
  return absl::BytesToHexString({reinterpret_cast<const char*>(id_.data()), id_.size()});
}

std::string MasterKey::Wrap(absl::string_view associated_data, const SecretBytes& secret) const {
  const auto nonce = RandomNonce();
  return absl::StrCat(View(nonce),
                      GcmEncrypt(*secret_, View(nonce), associated_data, secret.view()));
}

std::shared_ptr<const SecretBytes> MasterKey::Unwrap(absl::string_view associated_data,
                                                     absl::string_view wrapped) const {
  if (wrapped.size() != kWrappedBytes) return nullptr;
  auto bytes = GcmDecrypt(*secret_, wrapped.substr(0, kNonceBytes), associated_data,
                          wrapped.substr(kNonceBytes));
  if (!bytes.has_value()) return nullptr;
  const SecretText key(*std::move(bytes));
  return SecretOf(key.view());
}

absl::StatusOr<MasterKey> ReadMasterKeyFile(absl::string_view path) {
  ASSIGN_OR_RETURN(const SecretText secret, ReadSecretFile(path));
  return MasterKey::Parse(absl::StripSuffix(secret.view(), "\n"));
}

absl::Status WriteMasterKeyFile(absl::string_view path, const MasterKey& key) {
  const SecretText text = TextOf(key.secret_->view());
  const SecretText line(absl::StrCat(text.view(), "\n"));
  return WriteSecretFile(path, line.view());
}

absl::StatusOr<MasterKey> TakeMasterKeyFromEnvironment(const std::string& name) {
  char* const value = std::getenv(name.c_str());
  if (value == nullptr) {
    return Error(absl::StatusCode::kNotFound, "MASTER_KEY_MISSING",
                 absl::StrCat("environment variable ", name, " with the master key is not set"));
  }
  auto key = MasterKey::Parse(value);
  // unsetenv alone leaves the bytes where /proc/self/environ shows them.
  OPENSSL_cleanse(value, std::strlen(value));
  unsetenv(name.c_str());
  return key;
}

}  // namespace trellis::vault
