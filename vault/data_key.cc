#include "vault/data_key.h"

#include <utility>

namespace trellis::vault {

DataKey::DataKey(std::shared_ptr<const SecretBytes> secret)
    : secret_(std::move(secret)),
      check_(Sha256("trellis data key check 1\n", secret_->view())),
      id_(UuidFromDigest(check_)) {}

}  // namespace trellis::vault
