#include "audit/keys_beside.h"

#include <filesystem>
#include <system_error>

#include "base/status_macros.h"

namespace trellis::audit {

absl::StatusOr<std::unique_ptr<KeysBeside>> KeysBeside::Open(
    const std::string& data, const std::optional<vault::MasterKey>& master) {
  const std::string directory = data + "/keys";
  const std::string developers_key = data + "/master.key";
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored)) return nullptr;
  if (!master.has_value() && !std::filesystem::exists(developers_key, ignored)) return nullptr;
  absl::StatusOr<vault::MasterKey> key = vault::ReadMasterKeyFile(developers_key);
  if (master.has_value()) key = *master;
  RETURN_IF_ERROR(key.status());
  auto keys = std::unique_ptr<KeysBeside>(new KeysBeside());
  if (keys->scratch_.path().empty()) {
    return absl::UnavailableError("no directory can be made in $TMPDIR");
  }
  ASSIGN_OR_RETURN(const auto original, vault::OpenDirectory(directory));
  ASSIGN_OR_RETURN(keys->copy_, vault::OpenDirectory(keys->scratch_.path() + "/keys"));
  RETURN_IF_ERROR(vault::CopyKeyStore(*original, *keys->copy_));
  ASSIGN_OR_RETURN(keys->store_, vault::KeyStore::Open(*keys->copy_, {.masters = {*key}}));
  ASSIGN_OR_RETURN(keys->vault_, vault::EventVault::Create(*keys->store_));
  return keys;
}

}  // namespace trellis::audit
