#include "proofs/key_file.h"

#include <string>

#include "absl/strings/strip.h"
#include "base/secret_file.h"
#include "base/status_macros.h"

namespace trellis::proofs {

absl::StatusOr<SignerKey> ReadKeyFile(absl::string_view path) {
  // A name of 255 bytes and a key need 350: the file of a key is never cut.
  ASSIGN_OR_RETURN(const SecretText secret, ReadSecretFile(path));
  return SignerKey::Parse(absl::StripSuffix(secret.view(), "\n"));
}

absl::Status WriteKeyFile(absl::string_view path, const SignerKey& key) {
  std::string text = key.ToSecretString();
  text.push_back('\n');
  const SecretText secret(std::move(text));
  return WriteSecretFile(path, secret.view());
}

absl::Status RenameKeyFile(absl::string_view from, absl::string_view to) {
  return RenameSecretFile(from, to);
}

}  // namespace trellis::proofs
