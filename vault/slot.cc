// slot := kind:1 subject_bytes:1 batch_first:4 erased_slot:4 subject:64 check:32 wrapped:60
//         master_id:8 zeros:2 digest:16
//
// Numbers are big-endian; a subject is padded with zeros. The digest is the beginning of SHA-256
// over the slot's number and all that comes before it: a slot that was torn, or stands where it
// was not written, is none.
#include "vault/slot.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace trellis::vault {
namespace {

constexpr size_t kBatchAt = 2;
constexpr size_t kErasedSlotAt = kBatchAt + 4;
constexpr size_t kSubjectAt = kErasedSlotAt + 4;
constexpr size_t kCheckAt = kSubjectAt + kSubjectBytesMax;
constexpr size_t kWrappedAt = kCheckAt + sizeof(Digest);
constexpr size_t kMasterAt = kWrappedAt + kWrappedBytes;
constexpr size_t kDigestBytes = 16;
constexpr size_t kDigestAt = kSlotBytes - kDigestBytes;
static_assert(kMasterAt + sizeof(MasterKeyId) <= kDigestAt);

void PutNumber(uint32_t number, char* to) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(number >> (24 - 8 * i));
}

uint32_t NumberAt(const char* from) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(from[i]);
  return number;
}

Digest DigestOf(SlotNumber number, absl::string_view slot) {
  char bytes[4];
  PutNumber(number, bytes);
  return Sha256({bytes, sizeof bytes}, slot.substr(0, kDigestAt));
}

}  // namespace

std::string EncodeSlot(SlotNumber number, const Slot& slot) {
  CHECK(slot.subject.size() <= kSubjectBytesMax);
  std::string bytes(kSlotBytes, '\0');
  bytes[0] = static_cast<char>(slot.kind);
  bytes[1] = static_cast<char>(slot.subject.size());
  PutNumber(slot.batch_first, &bytes[kBatchAt]);
  PutNumber(slot.erased_slot, &bytes[kErasedSlotAt]);
  std::copy(slot.subject.begin(), slot.subject.end(), &bytes[kSubjectAt]);
  std::memcpy(&bytes[kCheckAt], slot.check.data(), slot.check.size());
  std::memcpy(&bytes[kWrappedAt], slot.wrapped.data(), slot.wrapped.size());
  std::memcpy(&bytes[kMasterAt], slot.master_id.data(), slot.master_id.size());
  std::memcpy(&bytes[kDigestAt], DigestOf(number, bytes).data(), kDigestBytes);
  return bytes;
}

std::optional<Slot> DecodeSlot(SlotNumber number, absl::string_view bytes) {
  if (bytes.size() != kSlotBytes) return std::nullopt;
  const Digest digest = DigestOf(number, bytes);
  if (std::memcmp(&bytes[kDigestAt], digest.data(), kDigestBytes) != 0) return std::nullopt;
  const auto kind = static_cast<uint8_t>(bytes[0]);
  const auto subject_bytes = static_cast<uint8_t>(bytes[1]);
  if (kind < 1 || kind > 4 || subject_bytes > kSubjectBytesMax) return std::nullopt;
  Slot slot{.kind = Slot::Kind{kind},
            .batch_first = NumberAt(&bytes[kBatchAt]),
            .erased_slot = NumberAt(&bytes[kErasedSlotAt]),
            .subject = std::string(bytes.substr(kSubjectAt, subject_bytes))};
  std::memcpy(slot.check.data(), &bytes[kCheckAt], slot.check.size());
  std::memcpy(slot.wrapped.data(), &bytes[kWrappedAt], slot.wrapped.size());
  std::memcpy(slot.master_id.data(), &bytes[kMasterAt], slot.master_id.size());
  return slot;
}

}  // namespace trellis::vault
