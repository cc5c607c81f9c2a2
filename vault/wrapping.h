// A data key as a slot holds it: wrapped for one subject, store and master key.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vault/data_key.h"
#include "vault/master_key.h"
#include "vault/slot.h"

namespace trellis::vault {

// `head` is slot 0 of the store's `keys`.
Slot WrapSlot(const MasterKey& master, const Slot& head, absl::string_view subject,
              const DataKey& key);
// DATA_LOSS (KEY_STORE_DAMAGED) unless it is what WrapSlot made of the same master and store.
absl::StatusOr<DataKey> UnwrapSlot(const MasterKey& master, const Slot& head, const Slot& slot);

// Slot 0 of a file: `magic`, the store, and a proof of the master key.
Slot WrapHead(const MasterKey& master, absl::string_view magic, const Digest& store);
// Whether it was made with this key.
bool IsHeadOf(const MasterKey& master, const Slot& head);

}  // namespace trellis::vault
