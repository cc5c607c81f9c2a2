#include "identity/key_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "identity/encoding.h"
#include "identity/refusal.h"

namespace trellis::identity {

using nlohmann::json;

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(absl::string_view text) {
  if (text.size() > kKeySetBytesMax) {
    return absl::InvalidArgumentError("key set: got more than 1 MiB");
  }
  const std::optional<json> set = ParseObject(text);
  const json* const listed = set.has_value() ? Member(*set, "keys") : nullptr;
  if (listed == nullptr || !listed->is_array()) {
    return absl::InvalidArgumentError("key set: want a JSON object with an array `keys`");
  }
  if (listed->size() > kKeysMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("key set: got ", listed->size(), " keys, want at most ", kKeysMax));
  }
  std::vector<Key> keys;
  for (const json& jwk : *listed) {
    auto key = Key::Parse(jwk);
    if (key.ok()) {
      keys.push_back(*std::move(key));
      continue;
    }
    const std::string* const kid = jwk.is_object() ? StringMember(jwk, "kid") : nullptr;
    Log("identity.key_passed_over",
        {{"kid", kid == nullptr ? "" : *kid}, {"why", std::string(key.status().message())}});
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("key set: none of its ", listed->size(), " keys is of use"));
  }
  return std::shared_ptr<const KeySet>(new KeySet(std::move(keys)));
}

absl::StatusOr<std::vector<const Key*>> KeySet::Candidates(
    Algorithm algorithm, const std::optional<std::string>& kid) const {
  std::vector<const Key*> candidates;
  bool kid_known = false;
  for (const Key& key : keys_) {
    if (kid.has_value() && key.kid() != kid) continue;
    kid_known = kid.has_value();
    if (key.algorithm() == algorithm) candidates.push_back(&key);
  }
  if (candidates.empty() && kid_known) {
    return Refused("TOKEN_ALGORITHM", "alg: the key of its kid is for another");
  }
  if (candidates.empty()) {
    return Refused("TOKEN_KEY_UNKNOWN", "kid: the issuer has no such key for this alg");
  }
  if (candidates.size() > kKeysTriedMax) {
    return Refused("TOKEN_KEY_UNKNOWN", absl::StrCat("kid: want one that names fewer than ",
                                                     candidates.size(), " keys of the issuer"));
  }
  return candidates;
}

bool KeySet::Holds(const Digest& fingerprint) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const Key& key) { return key.fingerprint() == fingerprint; });
}

}  // namespace trellis::identity
