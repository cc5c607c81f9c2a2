// The key of one data subject.
#pragma once

#include <memory>

#include "base/digest.h"
#include "base/uuid.h"
#include "vault/aes_gcm.h"

namespace trellis::vault {

// Encrypts what is recorded of one person. Immutable and thread-safe. Copies share the 32 bytes,
// which are overwritten with the last of them.
class DataKey {
 public:
  static DataKey Generate() { return DataKey(RandomSecret()); }
  explicit DataKey(std::shared_ptr<const SecretBytes> secret);

  // A digest of the key, which tells nothing of it. It is written beside whatever the key
  // encrypts: AES-GCM alone would let one ciphertext open under two keys to two texts.
  const Digest& check() const { return check_; }
  // Follows from the check: what a record's header names the key by.
  const Uuid& id() const { return id_; }
  const SecretBytes& secret() const { return *secret_; }

 private:
  std::shared_ptr<const SecretBytes> secret_;
  Digest check_;
  Uuid id_;
};

}  // namespace trellis::vault
