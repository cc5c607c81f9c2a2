#include "vault/wrapping.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace trellis::vault {
namespace {

// All before the subject has one length.
std::string KeyContext(const Slot& head, absl::string_view subject, const Digest& check) {
  return absl::StrCat("trellis data key 1\n", AsBytes(head.check), AsBytes(check), subject);
}

std::string HeadContext(absl::string_view magic, const Digest& store) {
  return absl::StrCat("trellis key store 1\n", AsBytes(store), magic);
}

absl::string_view WrappedIn(const Slot& slot) { return {slot.wrapped.data(), slot.wrapped.size()}; }

}  // namespace

Slot WrapSlot(const MasterKey& master, const Slot& head, absl::string_view subject,
              const DataKey& key) {
  Slot slot{.kind = Slot::Kind::kKey, .subject = std::string(subject), .check = key.check()};
  const std::string wrapped = master.Wrap(KeyContext(head, subject, key.check()), key.secret());
  std::copy(wrapped.begin(), wrapped.end(), slot.wrapped.begin());
  return slot;
}

absl::StatusOr<DataKey> UnwrapSlot(const MasterKey& master, const Slot& head, const Slot& slot) {
  if (slot.kind == Slot::Kind::kKey) {
    auto secret = master.Unwrap(KeyContext(head, slot.subject, slot.check), WrappedIn(slot));
    if (secret != nullptr) {
      DataKey key(std::move(secret));
      if (key.check() == slot.check) return key;
    }
  }
  return Error(
      absl::StatusCode::kDataLoss, "KEY_STORE_DAMAGED",
      absl::StrCat("key of ", slot.subject, " was not wrapped by master key ", master.IdText()));
}

Slot WrapHead(const MasterKey& master, absl::string_view magic, const Digest& store) {
  Slot head{.kind = Slot::Kind::kFile,
            .subject = std::string(magic),
            .check = store,
            .master_id = master.id()};
  const std::string wrapped = master.Wrap(HeadContext(magic, store), SecretBytes());
  std::copy(wrapped.begin(), wrapped.end(), head.wrapped.begin());
  return head;
}

bool IsHeadOf(const MasterKey& master, const Slot& head) {
  return head.master_id == master.id() &&
         master.Unwrap(HeadContext(head.subject, head.check), WrappedIn(head)) != nullptr;
}

}  // namespace trellis::vault
