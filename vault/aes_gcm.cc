#include "vault/aes_gcm.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/check.h"

namespace trellis::vault {
namespace {

struct Free {
  // Overwrites what the context knows of the key.
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

// Looked up once: that costs more than a short text.
const EVP_CIPHER* Algorithm() {
  static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return algorithm;
}

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

// OpenSSL takes no output for the sign that this is associated data, so nothing empty is given.
void Update(EVP_CIPHER_CTX* context, uint8_t* out, absl::string_view in) {
  if (in.empty()) return;
  int size = 0;
  CHECK(EVP_CipherUpdate(context, out, &size, Bytes(in), static_cast<int>(in.size())) == 1);
  CHECK(static_cast<size_t>(size) == in.size());
}

Context NewContext(const SecretBytes& key, absl::string_view nonce, bool encrypt) {
  CHECK(nonce.size() == kNonceBytes);
  Context context(EVP_CIPHER_CTX_new());
  CHECK(EVP_CipherInit_ex2(context.get(), Algorithm(), Bytes(key.view()), Bytes(nonce),
                           encrypt ? 1 : 0, nullptr) == 1);
  return context;
}

}  // namespace

SecretBytes::~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::shared_ptr<const SecretBytes> RandomSecret() {
  auto secret = std::make_shared<SecretBytes>();
  CHECK(RAND_priv_bytes(secret->data(), kKeyBytes) == 1);
  return secret;
}

std::array<uint8_t, kNonceBytes> RandomNonce() {
  std::array<uint8_t, kNonceBytes> nonce;
  CHECK(RAND_bytes(nonce.data(), kNonceBytes) == 1);
  return nonce;
}

std::shared_ptr<const SecretBytes> SecretOf(absl::string_view bytes) {
  CHECK(bytes.size() == kKeyBytes);
  auto secret = std::make_shared<SecretBytes>();
  std::copy_n(Bytes(bytes), kKeyBytes, secret->data());
  return secret;
}

std::string GcmEncrypt(const SecretBytes& key, absl::string_view nonce,
                       absl::string_view associated_data, absl::string_view text) {
  CHECK(text.size() <= kTextBytesMax && associated_data.size() <= kTextBytesMax);
  const Context context = NewContext(key, nonce, true);
  Update(context.get(), nullptr, associated_data);
  std::string sealed(text.size() + kTagBytes, '\0');
  Update(context.get(), Bytes(sealed), text);
  int size = 0;
  uint8_t* const tag = Bytes(sealed) + text.size();
  CHECK(EVP_CipherFinal_ex(context.get(), tag, &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return sealed;
}

std::optional<std::string> GcmDecrypt(const SecretBytes& key, absl::string_view nonce,
                                      absl::string_view associated_data, absl::string_view bytes) {
  CHECK(associated_data.size() <= kTextBytesMax);
  if (bytes.size() < kTagBytes || bytes.size() > kTextBytesMax + kTagBytes) return std::nullopt;
  const Context context = NewContext(key, nonce, false);
  Update(context.get(), nullptr, associated_data);
  std::string text(bytes.size() - kTagBytes, '\0');
  Update(context.get(), Bytes(text), bytes.substr(0, text.size()));
  std::string tag(bytes.substr(text.size()));
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  int size = 0;
  uint8_t none[kTagBytes];
  if (EVP_CipherFinal_ex(context.get(), none, &size) == 1) return text;
  // What was decrypted of a text that nobody wrote is nobody's business.
  OPENSSL_cleanse(text.data(), text.size());
  return std::nullopt;
}

}  // namespace trellis::vault
