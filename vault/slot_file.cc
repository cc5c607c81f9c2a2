#include "vault/slot_file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace trellis::vault {
namespace {

// So many slots are read or written at once: 192 KiB.
constexpr SlotNumber kPartSlots = 1024;

uint64_t OffsetOf(SlotNumber number) { return uint64_t{number} * kSlotBytes; }

// As it is called once it is whole.
std::string PathOf(const Directory& directory, const std::string& name) {
  return absl::StrCat(directory.path(), "/", absl::StripSuffix(name, ".next"));
}

}  // namespace

absl::Status SlotFile::Damaged(absl::string_view what) const {
  return Error(absl::StatusCode::kDataLoss, "KEY_STORE_DAMAGED",
               absl::StrCat("key store file ", path_, " ", what), {{"file", path_}});
}

absl::StatusOr<SlotFile> SlotFile::Create(Directory& directory, const std::string& name,
                                          Slot head) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, directory.Create(name));
  RETURN_IF_ERROR(file->Write(0, EncodeSlot(0, head)));
  return SlotFile(PathOf(directory, name), std::move(file), std::move(head));
}

absl::StatusOr<SlotFile> SlotFile::Open(Directory& directory, const std::string& name,
                                        absl::string_view magic) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, directory.Open(name));
  SlotFile opened(PathOf(directory, name), std::move(file), Slot());
  if (opened.file_ == nullptr) return opened.Damaged("does not exist");
  ASSIGN_OR_RETURN(const std::string bytes, opened.file_->Read(0, kSlotBytes));
  const std::optional<Slot> head = DecodeSlot(0, bytes);
  if (!head.has_value() || head->kind != Slot::Kind::kFile || head->subject != magic) {
    return opened.Damaged(absl::StrCat("does not begin with ", magic));
  }
  opened.head_ = *head;
  return opened;
}

absl::Status SlotFile::ReadAny(
    absl::FunctionRef<absl::Status(SlotNumber, const Slot*)> visit) const {
  for (SlotNumber first = 1; first <= size_; first += kPartSlots) {
    const SlotNumber count = std::min(kPartSlots, size_ - first + 1);
    ASSIGN_OR_RETURN(const std::string part, file_->Read(OffsetOf(first), OffsetOf(count)));
    for (SlotNumber i = 0; i < count; ++i) {
      // The last one may be cut short.
      const size_t at = std::min<size_t>(OffsetOf(i), part.size());
      const std::optional<Slot> slot =
          DecodeSlot(first + i, absl::string_view(part).substr(at, kSlotBytes));
      RETURN_IF_ERROR(visit(first + i, slot.has_value() ? &*slot : nullptr));
    }
  }
  return absl::OkStatus();
}

absl::Status SlotFile::Read(Visit visit) const {
  return ReadAny([&](SlotNumber number, const Slot* slot) {
    return slot == nullptr ? Damaged(absl::StrCat("has no slot ", number)) : visit(number, *slot);
  });
}

absl::Status SlotFile::Recover(const absl::flat_hash_set<SlotNumber>& erased, Visit visit) {
  ASSIGN_OR_RETURN(const uint64_t bytes, file_->Size());
  const uint64_t slots = (bytes + kSlotBytes - 1) / kSlotBytes;
  if (slots > kSlotsMax + 1) return Damaged(absl::StrCat("has ", bytes, " bytes"));
  size_ = static_cast<SlotNumber>(slots - 1);
  // What came before it was synced: a batch begins after the one before, an erasure after all.
  SlotNumber synced_before = 0;
  std::vector<SlotNumber> to_empty;
  std::vector<SlotNumber> bad;
  for (const SlotNumber number : erased) {
    if (number > size_) return Damaged(absl::StrCat("has no slot ", number));
    synced_before = std::max(synced_before, number + 1);
  }
  RETURN_IF_ERROR(ReadAny([&](SlotNumber number, const Slot* slot) {
    if (slot != nullptr) synced_before = std::max(synced_before, slot->batch_first);
    if (erased.contains(number)) {
      if (slot == nullptr || slot->kind != Slot::Kind::kEmpty) to_empty.push_back(number);
      return absl::OkStatus();
    }
    if (slot != nullptr) return visit(number, *slot);
    bad.push_back(number);
    return absl::OkStatus();
  }));
  for (const SlotNumber number : bad) {
    if (number < synced_before) return Damaged(absl::StrCat("has no slot ", number));
    to_empty.push_back(number);
  }
  if (!bad.empty()) {
    Log("keys.torn_write_dropped", {{"file", path_}, {"slots", absl::StrCat(bad.size())}});
  }
  for (const SlotNumber number : to_empty) {
    RETURN_IF_ERROR(Put(number, {.batch_first = std::min(number, synced_before)}));
  }
  return file_->Sync();
}

absl::StatusOr<Slot> SlotFile::Get(SlotNumber number) const {
  ASSIGN_OR_RETURN(const std::string bytes, file_->Read(OffsetOf(number), kSlotBytes));
  std::optional<Slot> slot = DecodeSlot(number, bytes);
  if (!slot.has_value()) return Damaged(absl::StrCat("has no slot ", number));
  return *std::move(slot);
}

absl::Status SlotFile::Append(absl::Span<Slot> slots, bool sync) {
  const SlotNumber first = size_ + 1;
  std::string bytes;
  bytes.reserve(slots.size() * kSlotBytes);
  for (Slot& slot : slots) {
    slot.batch_first = first;
    bytes += EncodeSlot(first + static_cast<SlotNumber>(bytes.size() / kSlotBytes), slot);
  }
  RETURN_IF_ERROR(file_->Write(OffsetOf(first), bytes));
  if (sync) RETURN_IF_ERROR(file_->Sync());
  size_ += static_cast<SlotNumber>(slots.size());
  return absl::OkStatus();
}

absl::Status SlotFile::Put(SlotNumber number, const Slot& slot) {
  CHECK(number >= 1 && number <= size_);
  return file_->Write(OffsetOf(number), EncodeSlot(number, slot));
}

}  // namespace trellis::vault
