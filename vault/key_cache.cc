#include "vault/key_cache.h"

#include "base/check.h"

namespace trellis::vault {

KeyCache::KeyCache(size_t keys_max) : keys_max_(keys_max) { CHECK(keys_max >= 1); }

std::optional<DataKey> KeyCache::Find(SlotNumber number) {
  const auto found = places_.find(number);
  if (found == places_.end()) return std::nullopt;
  keys_.splice(keys_.begin(), keys_, found->second);
  return found->second->second;
}

void KeyCache::Put(SlotNumber number, DataKey key) {
  Forget(number);
  if (keys_.size() == keys_max_) Forget(keys_.back().first);
  keys_.emplace_front(number, std::move(key));
  places_[number] = keys_.begin();
}

void KeyCache::Forget(SlotNumber number) {
  const auto found = places_.find(number);
  if (found == places_.end()) return;
  keys_.erase(found->second);
  places_.erase(found);
}

}  // namespace trellis::vault
