#include "services/data_keys.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace trellis::services {
namespace {

using vault::MasterKey;

absl::Status NoMasterKey() {
  return Error(absl::StatusCode::kNotFound, "MASTER_KEY_MISSING",
               "no master key: want --master-key FILE, or TRELLIS_MASTER_KEY in the environment");
}

// Whoever has the directory has the key too: for a ledger that holds nobody's record. What a store
// that is there was wrapped by, nobody can make.
absl::StatusOr<MasterKey> KeyForDevelopment(const std::string& path, bool store_is_new) {
  absl::StatusOr<MasterKey> key = vault::ReadMasterKeyFile(path);
  if (key.status().code() != absl::StatusCode::kNotFound) return key;
  if (!store_is_new) return NoMasterKey();
  const MasterKey made = MasterKey::Generate();
  RETURN_IF_ERROR(vault::WriteMasterKeyFile(path, made));
  return made;
}

absl::StatusOr<MasterKey> MasterOf(const Settings& settings, bool store_is_new) {
  if (settings.master_key.has_value()) return *settings.master_key;
  return KeyForDevelopment(settings.data + "/master.key", store_is_new);
}

// Calls `destroy` with as many subjects as one call takes, until it fails or there are no more.
absl::Status InParts(const std::vector<std::string>& subjects,
                     absl::FunctionRef<absl::Status(absl::Span<const std::string>)> destroy) {
  for (size_t first = 0; first < subjects.size(); first += vault::kSubjectsOfCallMax) {
    RETURN_IF_ERROR(destroy(absl::MakeSpan(subjects).subspan(first, vault::kSubjectsOfCallMax)));
  }
  return absl::OkStatus();
}

// The copies of the key store in `directory`, with the numbers of their backups.
absl::StatusOr<std::map<std::string, uint64_t>> Copies(const std::string& directory) {
  std::map<std::string, uint64_t> copies;
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    uint64_t number = 0;
    if (absl::SimpleAtoi(at->path().filename().string(), &number)) {
      copies[at->path().string()] = number;
    }
  }
  if (!error) return copies;
  return Error(absl::StatusCode::kUnavailable, "KEY_COPIES_UNREADABLE",
               absl::StrCat("copies of the key store: ", directory, ": ", error.message()));
}

// Of one copy; whether it was one.
absl::StatusOr<bool> DestroyInCopy(const std::string& path,
                                   const std::vector<std::string>& subjects) {
  {
    ASSIGN_OR_RETURN(const auto copy, vault::OpenDirectory(path));
    ASSIGN_OR_RETURN(const bool is_whole, vault::HoldsKeyStore(*copy));
    if (is_whole) {
      RETURN_IF_ERROR(InParts(subjects, [&](absl::Span<const std::string> part) {
        return vault::DestroyKeysIn(*copy, part);
      }));
      return true;
    }
  }
  // A crash has ended it: it is no copy, and may have the keys all the same.
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataKeys>> DataKeys::Open(const Settings& settings) {
  // Said before a directory is made.
  if (!settings.master_key.has_value() && !settings.callers.development) return NoMasterKey();
  const bool ledger_is_new = !std::filesystem::exists(settings.data + "/log");
  ASSIGN_OR_RETURN(auto directory, vault::OpenDirectory(settings.data + "/keys"));
  ASSIGN_OR_RETURN(const bool is_there, vault::HoldsKeyStore(*directory));
  const bool store_is_new = ledger_is_new && !is_there;
  ASSIGN_OR_RETURN(const MasterKey master, MasterOf(settings, store_is_new));
  if (store_is_new) RETURN_IF_ERROR(vault::CreateKeyStore(*directory, master));
  std::vector<MasterKey> masters = {master};
  if (settings.previous_master_key.has_value()) masters.push_back(*settings.previous_master_key);
  ASSIGN_OR_RETURN(auto store, vault::KeyStore::Open(*directory, {.masters = std::move(masters)}));
  if (store->master().id() != master.id()) {
    RETURN_IF_ERROR(store->RewrapAll(master));
    Log("keys.rewrapped", {{"master_key", master.IdText()}});
  }
  ASSIGN_OR_RETURN(auto vault, vault::EventVault::Create(*store));
  // From now on it is an error if it cannot be read.
  std::error_code error;
  if (!settings.key_backups.empty())
    std::filesystem::create_directories(settings.key_backups, error);
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
  ASSIGN_OR_RETURN(const auto copies, Copies(backups_));
  for (const auto& [path, of] : copies) {
    if (of < oldest) std::filesystem::remove_all(path, error);
  }
  return absl::OkStatus();
}

absl::Status DataKeys::Destroy(const std::vector<std::string>& subjects) {
  // No copy is made of keys that are being destroyed.
  const MutexLock lock(copying_);
  return InParts(subjects,
                 [&](absl::Span<const std::string> part) { return store_->Destroy(part); });
}

absl::StatusOr<int> DataKeys::DestroyInCopies(const std::vector<std::string>& subjects) {
  if (backups_.empty()) return 0;
  const MutexLock lock(copying_);
  ASSIGN_OR_RETURN(const auto copies, Copies(backups_));
  int whole = 0;
  absl::Status first;
  for (const auto& [path, of] : copies) {
    const absl::StatusOr<bool> is_whole = DestroyInCopy(path, subjects);
    if (first.ok()) first = is_whole.status();
    if (is_whole.ok() && *is_whole) ++whole;
  }
  RETURN_IF_ERROR(first);
  return whole;
}

bool DataKeys::IsDestroyed(const std::string& subject) const {
  return vault::IsErased(store_->Find(subject).status());
}

}  // namespace trellis::services
