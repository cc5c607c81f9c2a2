// Where an issuer's keys come from.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "identity/key_set.h"

namespace trellis::identity {

// Thread-safe.
class KeySource {
 public:
  // `keys` is an http:// or https:// address of a key set; or empty, and the issuer's discovery
  // document (OpenID Connect Discovery 1.0) says where it is; or else the path of a file. `clock`
  // must outlive the source. INVALID_ARGUMENT if an address is not one that may be asked, or the
  // file cannot be read; a provider may be away.
  static absl::StatusOr<std::unique_ptr<KeySource>> Open(const std::string& issuer,
                                                         const std::string& keys,
                                                         const Clock& clock);
  virtual ~KeySource() = default;

  // The keys in force. UNAVAILABLE (KEYS_UNAVAILABLE) if there are none. Waits for the provider
  // only then.
  virtual absl::StatusOr<KeySetPointer> Keys() = 0;

  // The keys in force, after looking whether there are newer ones, unless that was done a moment
  // ago: for a token whose key is not in Keys(). May wait for the provider.
  virtual absl::StatusOr<KeySetPointer> NewerKeys() = 0;
};

}  // namespace trellis::identity
