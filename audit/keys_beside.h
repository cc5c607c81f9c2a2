// The keys of a ledger that nobody serves.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "audit/scratch.h"
#include "vault/directory.h"
#include "vault/event_vault.h"
#include "vault/key_store.h"
#include "vault/master_key.h"

namespace trellis::audit {

// A copy of a key store, opened: no byte of the ledger's directory changes.
class KeysBeside {
 public:
  // Of the store in `data`/keys, which nobody has open. Without a `master`, that of development, in
  // `data`/master.key, is taken; null if there is neither that nor a store. The errors of
  // ReadMasterKeyFile, CopyKeyStore and KeyStore::Open; UNAVAILABLE if nothing can be made under
  // $TMPDIR.
  static absl::StatusOr<std::unique_ptr<KeysBeside>> Open(
      const std::string& data, const std::optional<vault::MasterKey>& master = std::nullopt);

  const vault::EventVault& vault() const { return *vault_; }

 private:
  KeysBeside() = default;

  const Scratch scratch_;
  std::unique_ptr<vault::Directory> copy_;
  std::unique_ptr<vault::KeyStore> store_;
  std::unique_ptr<vault::EventVault> vault_;
};

}  // namespace trellis::audit
