// How a key store begins, is copied, and goes from one master key to the next.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "vault/key_store.h"
#include "vault/wrapping.h"

namespace trellis::vault {
namespace {

constexpr char kKeys[] = "keys";
constexpr char kNext[] = "keys.next";
constexpr char kErased[] = "erased";
constexpr char kKeysMagic[] = "trellis keys 1";
constexpr char kErasedMagic[] = "trellis erased subjects 1";
constexpr size_t kCopyBytes = size_t{1} << 20;
// Slots that are wrapped again before they are written: 192 KiB.
constexpr size_t kRewrapSlots = 1024;

absl::Status CheckNone(Directory& directory) {
  ASSIGN_OR_RETURN(const bool holds, HoldsKeyStore(directory));
  if (!holds) return absl::OkStatus();
  return Error(absl::StatusCode::kAlreadyExists, "KEY_STORE_EXISTS",
               absl::StrCat("directory ", directory.path(), " holds a key store, want none"));
}

absl::Status CheckThere(Directory& directory) {
  ASSIGN_OR_RETURN(const bool holds, HoldsKeyStore(directory));
  if (holds) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "KEY_STORE_MISSING",
               absl::StrCat("directory ", directory.path(), " holds no key store"));
}

// What is `keys.next` becomes `keys`: now the store is there, or is another. Both syncs are needed,
// as a name may be on disk before the one that was given before it.
absl::Status Publish(Directory& directory) {
  RETURN_IF_ERROR(directory.Sync());
  RETURN_IF_ERROR(directory.Rename(kNext, kKeys));
  return directory.Sync();
}

absl::Status CopyFile(Directory& from, const std::string& name, Directory& to,
                      const std::string& as) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> in, from.Open(name));
  if (in == nullptr) {
    return Error(absl::StatusCode::kDataLoss, "KEY_STORE_DAMAGED",
                 absl::StrCat("key store file ", from.path(), "/", name, " does not exist"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<File> out, to.Create(as));
  for (uint64_t offset = 0;; offset += kCopyBytes) {
    ASSIGN_OR_RETURN(const std::string part, in->Read(offset, kCopyBytes));
    if (part.empty()) return out->Sync();
    RETURN_IF_ERROR(out->Write(offset, part));
  }
}

}  // namespace

absl::StatusOr<bool> HoldsKeyStore(Directory& directory) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> keys, directory.Open(kKeys));
  return keys != nullptr;
}

absl::Status CreateKeyStore(Directory& directory, const MasterKey& master) {
  RETURN_IF_ERROR(CheckNone(directory));
  const auto random = RandomSecret();
  const Digest store = Sha256("trellis key store id 1\n", random->view());
  Slot head{.kind = Slot::Kind::kFile, .subject = kErasedMagic, .check = store};
  ASSIGN_OR_RETURN(SlotFile erased, SlotFile::Create(directory, kErased, std::move(head)));
  RETURN_IF_ERROR(erased.Sync());
  ASSIGN_OR_RETURN(SlotFile keys,
                   SlotFile::Create(directory, kNext, WrapHead(master, kKeysMagic, store)));
  RETURN_IF_ERROR(keys.Sync());
  return Publish(directory);
}

absl::Status CopyKeyStore(Directory& from, Directory& to) {
  RETURN_IF_ERROR(CheckThere(from));
  RETURN_IF_ERROR(CheckNone(to));
  RETURN_IF_ERROR(CopyFile(from, kErased, to, kErased));
  RETURN_IF_ERROR(CopyFile(from, kKeys, to, kNext));
  return Publish(to);
}

absl::Status DestroyKeysIn(Directory& directory, absl::Span<const std::string> subjects) {
  ASSIGN_OR_RETURN(const std::unique_ptr<KeyStore> store, KeyStore::Load(directory, 1));
  return store->Destroy(subjects);
}

KeyStore::KeyStore(Directory& directory, SlotFile keys, SlotFile erased, size_t cached_keys_max)
    : directory_(directory),
      erased_(std::move(erased)),
      keys_(std::move(keys)),
      cache_(cached_keys_max) {}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Load(Directory& directory, size_t cached_max) {
  RETURN_IF_ERROR(CheckThere(directory));
  // It may hold keys that are destroyed afterwards.
  RETURN_IF_ERROR(directory.Remove(kNext));
  RETURN_IF_ERROR(directory.Sync());
  ASSIGN_OR_RETURN(SlotFile keys, SlotFile::Open(directory, kKeys, kKeysMagic));
  ASSIGN_OR_RETURN(SlotFile erased, SlotFile::Open(directory, kErased, kErasedMagic));
  if (keys.head().check != erased.head().check) {
    return Error(absl::StatusCode::kDataLoss, "KEY_STORE_DAMAGED",
                 absl::StrCat("key store ", directory.path(), " has files of two stores"));
  }
  auto store = std::unique_ptr<KeyStore>(
      new KeyStore(directory, std::move(keys), std::move(erased), cached_max));
  RETURN_IF_ERROR(store->Index());
  return store;
}

absl::Status KeyStore::Index() {
  const MutexLock writing(writing_);
  const MutexLock lock(mutex_);
  absl::flat_hash_set<SlotNumber> erased_slots;
  RETURN_IF_ERROR(erased_.Recover({}, [&](SlotNumber, const Slot& slot) {
    if (slot.kind != Slot::Kind::kErased) return absl::OkStatus();
    by_subject_[DigestOf(slot.subject)] = 0;
    if (slot.erased_slot == 0) return absl::OkStatus();
    by_id_[UuidFromDigest(slot.check)] = 0;
    erased_slots.insert(slot.erased_slot);
    return absl::OkStatus();
  }));
  bool twice = false;
  RETURN_IF_ERROR(keys_.Recover(erased_slots, [&](SlotNumber number, const Slot& slot) {
    if (slot.kind != Slot::Kind::kKey) return absl::OkStatus();
    twice |= !by_subject_.emplace(DigestOf(slot.subject), number).second;
    twice |= !by_id_.emplace(UuidFromDigest(slot.check), number).second;
    return absl::OkStatus();
  }));
  if (!twice) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "KEY_STORE_DAMAGED",
               absl::StrCat("key store ", directory_.path(), " has two keys of one subject"));
}

absl::Status KeyStore::TakeMaster(absl::Span<const MasterKey> masters) {
  std::vector<std::string> ids;
  const MutexLock lock(mutex_);
  for (const MasterKey& master : masters) {
    ids.push_back(master.IdText());
    if (IsHeadOf(master, keys_.head())) master_ = master;
  }
  if (master_.has_value()) return absl::OkStatus();
  const MasterKeyId& id = keys_.head().master_id;
  const std::string want =
      absl::BytesToHexString({reinterpret_cast<const char*>(id.data()), id.size()});
  return Error(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_WRONG",
               absl::StrCat("key store ", directory_.path(), " got master key ",
                            absl::StrJoin(ids, ", "), ", want ", want));
}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Open(Directory& directory, Options options) {
  ASSIGN_OR_RETURN(std::unique_ptr<KeyStore> store, Load(directory, options.cached_keys_max));
  RETURN_IF_ERROR(store->TakeMaster(options.masters));
  const absl::Span<const std::string> erased = options.erased;
  for (size_t i = 0; i < erased.size(); i += kSubjectsOfCallMax) {
    RETURN_IF_ERROR(store->Destroy(erased.subspan(i, kSubjectsOfCallMax)));
  }
  return store;
}

absl::StatusOr<SlotFile> KeyStore::WriteRewrapped(const MasterKey& next) {
  const MasterKey last = master();
  ASSIGN_OR_RETURN(SlotFile file, SlotFile::Create(directory_, kNext,
                                                   WrapHead(next, kKeysMagic, keys_.head().check)));
  std::vector<Slot> part;
  const auto flush = [&] {
    const absl::Status status = file.Append(absl::MakeSpan(part), /*sync=*/false);
    part.clear();
    return status;
  };
  RETURN_IF_ERROR(keys_.Read([&](SlotNumber, const Slot& slot) -> absl::Status {
    part.push_back(slot);
    if (slot.kind == Slot::Kind::kKey) {
      ASSIGN_OR_RETURN(const DataKey key, UnwrapSlot(last, keys_.head(), slot));
      part.back() = WrapSlot(next, file.head(), slot.subject, key);
    }
    return part.size() < kRewrapSlots ? absl::OkStatus() : flush();
  }));
  RETURN_IF_ERROR(flush());
  RETURN_IF_ERROR(file.Sync());
  return file;
}

absl::Status KeyStore::RewrapAll(const MasterKey& next) {
  const MutexLock writing(writing_);
  RETURN_IF_ERROR(CheckWritable());
  if (master().id() == next.id()) return absl::OkStatus();
  absl::StatusOr<SlotFile> rewrapped = WriteRewrapped(next);
  if (!rewrapped.ok()) {
    // The keys in it must not outlive those in `keys`.
    RETURN_IF_ERROR(Written(directory_.Remove(kNext)));
    RETURN_IF_ERROR(Written(directory_.Sync()));
    return rewrapped.status();
  }
  RETURN_IF_ERROR(Written(Publish(directory_)));
  const MutexLock lock(mutex_);
  keys_ = *std::move(rewrapped);
  master_ = next;
  return absl::OkStatus();
}

absl::Status KeyStore::BackUp(Directory& to) {
  const MutexLock writing(writing_);
  RETURN_IF_ERROR(CheckWritable());
  return CopyKeyStore(directory_, to);
}

}  // namespace trellis::vault
