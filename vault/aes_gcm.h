// AES-256-GCM, by OpenSSL, and the keys that it takes.
//
// Raw: whoever calls it answers for nonces that never come twice under a key. Everybody but the
// vault itself uses sealed.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace trellis::vault {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
// The longest text: an attachment of 25 MiB fits, and a length fits into an int.
inline constexpr size_t kTextBytesMax = size_t{32} << 20;

// 32 secret bytes, overwritten before their memory is given back. Neither copied nor moved.
class SecretBytes {
 public:
  SecretBytes() = default;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  uint8_t* data() { return bytes_.data(); }
  absl::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::array<uint8_t, kKeyBytes> bytes_{};
};

// Bytes from OpenSSL's generator. Crash if it has none: nothing could be encrypted then.
std::shared_ptr<const SecretBytes> RandomSecret();
std::array<uint8_t, kNonceBytes> RandomNonce();
// A secret of these bytes, of which there are kKeyBytes.
std::shared_ptr<const SecretBytes> SecretOf(absl::string_view bytes);

// Ciphertext, as long as `text`, and tag. `nonce` has kNonceBytes, `text` at most kTextBytesMax.
// Thread-safe.
std::string GcmEncrypt(const SecretBytes& key, absl::string_view nonce,
                       absl::string_view associated_data, absl::string_view text);

// The text that gave these bytes with the same key, nonce and associated data; nothing if none did.
// Thread-safe.
std::optional<std::string> GcmDecrypt(const SecretBytes& key, absl::string_view nonce,
                                      absl::string_view associated_data, absl::string_view bytes);

}  // namespace trellis::vault
