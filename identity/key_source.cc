#include "identity/key_source.h"

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "identity/file_keys.h"
#include "identity/http_get.h"
#include "identity/provider_keys.h"

namespace trellis::identity {

absl::StatusOr<std::unique_ptr<KeySource>> KeySource::Open(const std::string& issuer,
                                                           const std::string& keys,
                                                           const Clock& clock) {
  const bool address = absl::StartsWith(keys, "http://") || absl::StartsWith(keys, "https://");
  if (!keys.empty() && !address) return FileKeys::Open(keys, clock);
  RETURN_IF_ERROR(CheckAddress(keys.empty() ? issuer : keys));
  return std::make_unique<ProviderKeys>(issuer, keys, clock);
}

}  // namespace trellis::identity
