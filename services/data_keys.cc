#include "services/data_keys.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace trellis::services {
namespace {

using vault::MasterKey;

// Whoever has the directory has the key too: for a ledger that holds nobody's record.
absl::StatusOr<MasterKey> KeyForDevelopment(const std::string& path) {
  absl::StatusOr<MasterKey> key = vault::ReadMasterKeyFile(path);
  if (key.status().code() != absl::StatusCode::kNotFound) return key;
  const MasterKey made = MasterKey::Generate();
  RETURN_IF_ERROR(vault::WriteMasterKeyFile(path, made));
  return made;
}

absl::StatusOr<MasterKey> MasterOf(const Settings& settings) {
  if (settings.master_key.has_value()) return *settings.master_key;
  if (settings.callers.development) return KeyForDevelopment(settings.data + "/master.key");
  return Error(absl::StatusCode::kNotFound, "MASTER_KEY_MISSING",
               "no master key: want --master-key FILE, or TRELLIS_MASTER_KEY in the environment");
}

// The copies of the key store in `directory`, with the numbers of their backups.
std::map<std::string, uint64_t> Copies(const std::string& directory) {
  std::map<std::string, uint64_t> copies;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    uint64_t number = 0;
    if (absl::SimpleAtoi(entry.path().filename().string(), &number)) {
      copies[entry.path().string()] = number;
    }
  }
  return copies;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataKeys>> DataKeys::Open(const Settings& settings) {
  const bool is_new = !std::filesystem::exists(settings.data + "/log");
  ASSIGN_OR_RETURN(const MasterKey master, MasterOf(settings));
  ASSIGN_OR_RETURN(auto directory, vault::OpenDirectory(settings.data + "/keys"));
  ASSIGN_OR_RETURN(const bool is_there, vault::HoldsKeyStore(*directory));
  if (is_new && !is_there) RETURN_IF_ERROR(vault::CreateKeyStore(*directory, master));
  std::vector<MasterKey> masters = {master};
  if (settings.previous_master_key.has_value()) masters.push_back(*settings.previous_master_key);
  ASSIGN_OR_RETURN(auto store, vault::KeyStore::Open(*directory, {.masters = std::move(masters)}));
  if (store->master().id() != master.id()) {
    RETURN_IF_ERROR(store->RewrapAll(master));
    Log("keys.rewrapped", {{"master_key", master.IdText()}});
  }
  ASSIGN_OR_RETURN(auto vault, vault::EventVault::Create(*store));
  return std::unique_ptr<DataKeys>(
      new DataKeys(settings.key_backups, std::move(directory), std::move(store), std::move(vault)));
}

absl::Status DataKeys::BackUp(uint64_t number, uint64_t oldest) {
  if (backups_.empty()) return absl::OkStatus();
  const MutexLock lock(copying_);
  std::error_code error;
  std::filesystem::create_directories(backups_, error);
  const std::string copy = absl::StrCat(backups_, "/", number);
  std::filesystem::remove_all(copy, error);
  {
    ASSIGN_OR_RETURN(const auto to, vault::OpenDirectory(copy));
    RETURN_IF_ERROR(store_->BackUp(*to));
  }
  for (const auto& [path, of] : Copies(backups_)) {
    if (of < oldest) std::filesystem::remove_all(path, error);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> DataKeys::Destroy(const std::string& subject) {
  const MutexLock lock(copying_);
  RETURN_IF_ERROR(store_->Destroy({subject}));
  int copies = 0;
  for (const auto& [path, of] : Copies(backups_)) {
    ASSIGN_OR_RETURN(auto copy, vault::OpenDirectory(path));
    ASSIGN_OR_RETURN(const bool is_whole, vault::HoldsKeyStore(*copy));
    if (is_whole) {
      RETURN_IF_ERROR(vault::DestroyKeysIn(*copy, {subject}));
      ++copies;
    } else {
      // A crash has ended it: it is no copy, and may have the key all the same.
      copy.reset();
      std::error_code error;
      std::filesystem::remove_all(path, error);
    }
  }
  return copies;
}

bool DataKeys::IsDestroyed(const std::string& subject) const {
  return vault::IsErased(store_->Find(subject).status());
}

}  // namespace trellis::services
