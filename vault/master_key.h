// The ledger's master key, which encrypts the keys of data subjects and nothing else.
//
// As text it is the base64 of its 32 bytes, as `openssl rand -base64 32` writes one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vault/aes_gcm.h"

namespace trellis::vault {

using MasterKeyId = std::array<uint8_t, 8>;

// What Wrap gives of 32 bytes: nonce, ciphertext, tag.
inline constexpr size_t kWrappedBytes = kNonceBytes + kKeyBytes + kTagBytes;

// Immutable and thread-safe. Copies share the 32 bytes, which are overwritten with the last of
// them.
class MasterKey {
 public:
  static MasterKey Generate() { return MasterKey(RandomSecret()); }
  // INVALID_ARGUMENT (MASTER_KEY_MALFORMED), which says nothing of `text`.
  static absl::StatusOr<MasterKey> Parse(absl::string_view text);

  // The first bytes of a digest of the key: it tells keys apart, and nothing of them.
  const MasterKeyId& id() const { return id_; }
  // In hex.
  std::string IdText() const;

  // `secret` under this key; opens only with the same associated data.
  std::string Wrap(absl::string_view associated_data, const SecretBytes& secret) const;
  // What was wrapped; null if this key has not wrapped these bytes so.
  std::shared_ptr<const SecretBytes> Unwrap(absl::string_view associated_data,
                                            absl::string_view wrapped) const;

 private:
  friend absl::Status WriteMasterKeyFile(absl::string_view path, const MasterKey& key);
  explicit MasterKey(std::shared_ptr<const SecretBytes> secret);

  std::shared_ptr<const SecretBytes> secret_;
  MasterKeyId id_;
};

// The key in the file at `path`: one line. The errors of ReadSecretFile; MASTER_KEY_MALFORMED.
absl::StatusOr<MasterKey> ReadMasterKeyFile(absl::string_view path);
// Makes such a file. The errors of WriteSecretFile: a key is never replaced.
absl::Status WriteMasterKeyFile(absl::string_view path, const MasterKey& key);

// The key in the environment variable `name`, where a secret manager put it. The variable is
// overwritten and removed, so that neither children nor /proc show it: a second call finds none.
// Whatever it holds. NOT_FOUND (MASTER_KEY_MISSING); MASTER_KEY_MALFORMED. Not thread-safe: call it
// before there are threads.
absl::StatusOr<MasterKey> TakeMasterKeyFromEnvironment(const std::string& name);

}  // namespace trellis::vault
