// The keys of data subjects, as this server has them: its key store, and what seals events with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "services/settings.h"
#include "vault/directory.h"
#include "vault/event_vault.h"
#include "vault/key_store.h"

namespace trellis::services {

// Thread-safe.
class DataKeys {
 public:
  // Opens the key store in `{data}/keys`; makes one where there is neither it nor a log. A store
  // that the master key before has wrapped is wrapped with the present one first. In development a
  // master key that was not given is made with the store, and kept in `{data}/master.key`.
  // NOT_FOUND (MASTER_KEY_MISSING) if none was given, or kept; the errors of KeyStore::Open and
  // RewrapAll.
  static absl::StatusOr<std::unique_ptr<DataKeys>> Open(const Settings& settings);

  // Copies the store to `{key_backups}/{number}`, which belongs to the backup of this number, in
  // the place of what is there, and removes those of numbers before `oldest`. Nothing if the
  // settings say no such directory. The errors of directory.h and KeyStore::BackUp.
  absl::Status BackUp(uint64_t number, uint64_t oldest);

  // Destroys the keys of `subjects` here. Can be done again, as the next. The errors of
  // KeyStore::Destroy.
  absl::Status Destroy(const std::vector<std::string>& subjects);
  // In every copy in `{key_backups}` of the settings; in how many. What is wrong with one does not
  // save the others: the first error comes after all were tried. Those of vault::DestroyKeysIn;
  // UNAVAILABLE (KEY_COPIES_UNREADABLE) if the directory cannot be read, as of a disk that is not
  // mounted.
  absl::StatusOr<int> DestroyInCopies(const std::vector<std::string>& subjects);
  // Whether it was done here.
  bool IsDestroyed(const std::string& subject) const;

  vault::KeyStore& store() { return *store_; }
  const vault::EventVault& vault() const { return *vault_; }

 private:
  DataKeys(std::string backups, std::unique_ptr<vault::Directory> directory,
           std::unique_ptr<vault::KeyStore> store, std::unique_ptr<vault::EventVault> vault)
      : backups_(std::move(backups)),
        directory_(std::move(directory)),
        store_(std::move(store)),
        vault_(std::move(vault)) {}

  const std::string backups_;
  // Held while a copy is made or changed: none is made of a key that is being destroyed.
  Mutex copying_;
  const std::unique_ptr<vault::Directory> directory_;
  const std::unique_ptr<vault::KeyStore> store_;
  const std::unique_ptr<vault::EventVault> vault_;
};

}  // namespace trellis::services
