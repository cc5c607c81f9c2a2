// The bytes of a key store's files: slots of one size, the first of which says what the file is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "vault/master_key.h"

namespace trellis::vault {

inline constexpr size_t kSlotBytes = 192;
// Subjects of a store, with those whose key was destroyed: 192 MB on disk, some 110 MB in memory.
inline constexpr size_t kSlotsMax = 1'000'000;
// A subject's name, such as people/UUID, has 43.
inline constexpr size_t kSubjectBytesMax = 64;

// Number 1, 2, 3 and so on in its file; the file's own slot is number 0.
using SlotNumber = uint32_t;

struct Slot {
  // The numbers are written.
  enum class Kind : uint8_t {
    kFile = 1,   // Which file this is, as its subject, and of which store. In `keys` something
                 // that the master key has wrapped, to tell whether another is the right one.
    kKey = 2,    // A subject, and its key.
    kEmpty = 3,  // A key was here: nothing but zeros.
    kErased = 4  // A subject whose key was destroyed, and where it was.
  };

  Kind kind = Kind::kEmpty;
  // The first of the slots that were written and synced together with this one.
  SlotNumber batch_first = 0;
  // Of kErased: where the key was; 0: there was none.
  SlotNumber erased_slot = 0;
  std::string subject = {};
  // The check of the key, also of one that was destroyed; zeros if there was none. Of kFile: 32
  // random bytes that both files of a store have.
  Digest check{};
  std::array<char, kWrappedBytes> wrapped{};
  // Of kFile: which key has wrapped.
  MasterKeyId master_id{};
};

// kSlotBytes bytes, which are right as this number alone.
std::string EncodeSlot(SlotNumber number, const Slot& slot);

// Nothing if these are not the bytes of this number.
std::optional<Slot> DecodeSlot(SlotNumber number, absl::string_view bytes);

}  // namespace trellis::vault
