// The keys that a provider signs with: a JSON Web Key Set (RFC 7517).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "identity/key.h"

namespace trellis::identity {

// Providers have a few keys at a time; a file beyond these limits is none of theirs.
inline constexpr size_t kKeySetBytesMax = 1 << 20;
inline constexpr size_t kKeysMax = 100;
// The keys that one token is tried with, if it does not say which of them: each costs a signature.
inline constexpr size_t kKeysTriedMax = 4;

// Immutable; thread-safe.
class KeySet {
 public:
  // Strict: INVALID_ARGUMENT unless it is a key set that has a key of use. Keys of no use are
  // passed over, each with a line in the log.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(absl::string_view text);

  // The keys, 1 to kKeysTriedMax of them, that can have signed a token with this header; valid as
  // long as the set. TOKEN_KEY_UNKNOWN if there is none, or too many; TOKEN_ALGORITHM if the key of
  // this kid is for another algorithm.
  absl::StatusOr<std::vector<const Key*>> Candidates(Algorithm algorithm,
                                                     const std::optional<std::string>& kid) const;

  // Whether the key of this fingerprint is among them.
  bool Holds(const Digest& fingerprint) const;

 private:
  explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}

  const std::vector<Key> keys_;
};

using KeySetPointer = std::shared_ptr<const KeySet>;

}  // namespace trellis::identity
