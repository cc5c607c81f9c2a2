#include "services/signing_key.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/key_file.h"

namespace trellis::services {
namespace {

absl::Status WritePublicHalf(const std::string& path, const proofs::VerifierKey& key) {
  std::ofstream file(path, std::ios::trunc);
  file << key.ToString() << "\n";
  if (file.flush()) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "DATA_UNUSABLE", absl::StrCat("cannot write ", path),
               {{"data", path}});
}

}  // namespace

absl::StatusOr<proofs::SignerKey> SigningKey(const Settings& settings) {
  const std::string path = settings.data + "/signing.key";
  const std::string public_path = settings.data + "/signing.pub";
  absl::StatusOr<proofs::SignerKey> key = proofs::ReadKeyFile(path);
  // A ledger that has signed something goes on with that key, and with no new one.
  if (key.status().code() == absl::StatusCode::kNotFound &&
      !std::filesystem::exists(settings.data + "/log")) {
    ASSIGN_OR_RETURN(key, proofs::SignerKey::Generate(settings.ledger, proofs::KeyType::kNote));
    RETURN_IF_ERROR(proofs::WriteKeyFile(path, *key));
  }
  if (key.ok() && !std::filesystem::exists(public_path)) {
    RETURN_IF_ERROR(WritePublicHalf(public_path, key->verifier()));
  }
  return key;
}

}  // namespace trellis::services
