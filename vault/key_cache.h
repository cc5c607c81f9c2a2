// The data keys that were used last.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "vault/data_key.h"
#include "vault/slot.h"

namespace trellis::vault {

// Whatever it forgets is overwritten in memory, unless somebody else has the key still. Not
// thread-safe.
class KeyCache {
 public:
  // Holds no more than `keys_max`, at least 1.
  explicit KeyCache(size_t keys_max);

  std::optional<DataKey> Find(SlotNumber number);
  // Forgets the one that was not used for longest, if there are too many.
  void Put(SlotNumber number, DataKey key);
  void Forget(SlotNumber number);
  size_t size() const { return keys_.size(); }

 private:
  using Keys = std::list<std::pair<SlotNumber, DataKey>>;

  const size_t keys_max_;
  // The last used first.
  Keys keys_;
  absl::flat_hash_map<SlotNumber, Keys::iterator> places_;
};

}  // namespace trellis::vault
