#include "vault/key_store.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "vault/wrapping.h"

namespace trellis::vault {
namespace {

absl::Status CheckSubjects(absl::Span<const std::string> subjects) {
  CHECK(subjects.size() <= kSubjectsOfCallMax);
  for (const std::string& subject : subjects) {
    const bool printable = std::all_of(subject.begin(), subject.end(), [](char c) {
      return absl::ascii_isgraph(static_cast<unsigned char>(c));
    });
    if (printable && !subject.empty() && subject.size() <= kSubjectBytesMax) continue;
    return Error(absl::StatusCode::kInvalidArgument, "SUBJECT_MALFORMED",
                 absl::StrCat("subject is a text of ", subject.size(), " bytes, want 1 to ",
                              kSubjectBytesMax, " printable ASCII characters without blanks"));
  }
  return absl::OkStatus();
}

absl::Status NoKey(absl::string_view who) {
  return Error(absl::StatusCode::kNotFound, "KEY_NOT_FOUND", absl::StrCat(who, " has no key"));
}

absl::Status Full(size_t got) {
  return Error(absl::StatusCode::kResourceExhausted, "KEY_STORE_FULL",
               absl::StrCat("key store would have ", got, " subjects, limit ", kSlotsMax));
}

}  // namespace

KeyStore::SubjectDigest KeyStore::DigestOf(absl::string_view subject) {
  SubjectDigest digest;
  std::copy_n(Sha256(subject).begin(), digest.size(), digest.begin());
  return digest;
}

absl::StatusOr<DataKey> KeyStore::Get(SlotNumber number, absl::string_view who) {
  if (number == 0) {
    return Error(absl::StatusCode::kFailedPrecondition, "SUBJECT_ERASED",
                 absl::StrCat(who, " was erased, and its key destroyed"));
  }
  if (std::optional<DataKey> known = cache_.Find(number); known.has_value()) return *known;
  ASSIGN_OR_RETURN(const Slot slot, keys_.Get(number));
  ASSIGN_OR_RETURN(DataKey key, UnwrapSlot(*master_, keys_.head(), slot));
  cache_.Put(number, key);
  return key;
}

absl::StatusOr<std::vector<std::optional<DataKey>>> KeyStore::Look(
    absl::Span<const std::string> subjects) {
  std::vector<std::optional<DataKey>> keys;
  keys.reserve(subjects.size());
  const MutexLock lock(mutex_);
  for (const std::string& subject : subjects) {
    const auto found = by_subject_.find(DigestOf(subject));
    if (found == by_subject_.end()) {
      keys.emplace_back();
      continue;
    }
    ASSIGN_OR_RETURN(DataKey key, Get(found->second, subject));
    keys.emplace_back(std::move(key));
  }
  return keys;
}

absl::StatusOr<DataKey> KeyStore::Find(absl::string_view subject) {
  const std::string name(subject);
  RETURN_IF_ERROR(CheckSubjects({name}));
  ASSIGN_OR_RETURN(auto keys, Look({name}));
  if (!keys.front().has_value()) return NoKey(subject);
  return *std::move(keys.front());
}

absl::StatusOr<DataKey> KeyStore::FindById(const Uuid& id) {
  const std::string who = absl::StrCat("subject of key ", UuidText(id));
  const MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return NoKey(who);
  return Get(found->second, who);
}

absl::StatusOr<DataKey> KeyStore::KeyOf(absl::string_view subject) {
  ASSIGN_OR_RETURN(std::vector<DataKey> keys, KeysOf({std::string(subject)}));
  return std::move(keys.front());
}

absl::StatusOr<std::vector<DataKey>> KeyStore::KeysOf(absl::Span<const std::string> subjects) {
  RETURN_IF_ERROR(CheckSubjects(subjects));
  const auto missing = [](const std::optional<DataKey>& key) { return !key.has_value(); };
  ASSIGN_OR_RETURN(auto found, Look(subjects));
  if (std::any_of(found.begin(), found.end(), missing)) {
    const MutexLock writing(writing_);
    RETURN_IF_ERROR(Make(subjects));
    ASSIGN_OR_RETURN(found, Look(subjects));
  }
  std::vector<DataKey> keys;
  keys.reserve(found.size());
  for (std::optional<DataKey>& key : found) keys.push_back(*std::move(key));
  return keys;
}

absl::Status KeyStore::Make(absl::Span<const std::string> subjects) {
  // Again, as others may have made or destroyed some meanwhile.
  ASSIGN_OR_RETURN(const auto found, Look(subjects));
  std::set<std::string> missing;
  for (size_t i = 0; i < subjects.size(); ++i) {
    if (!found[i].has_value()) missing.insert(subjects[i]);
  }
  if (missing.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckWritable());
  if (keys_.size() + missing.size() > kSlotsMax) return Full(keys_.size() + missing.size());
  const MasterKey wrapping = master();
  std::vector<DataKey> keys;
  std::vector<Slot> slots;
  for (const std::string& subject : missing) {
    keys.push_back(DataKey::Generate());
    slots.push_back(WrapSlot(wrapping, keys_.head(), subject, keys.back()));
  }
  const SlotNumber first = keys_.size() + 1;
  RETURN_IF_ERROR(Written(keys_.Append(absl::MakeSpan(slots), /*sync=*/true)));
  const MutexLock lock(mutex_);
  for (size_t i = 0; i < slots.size(); ++i) {
    const auto number = first + static_cast<SlotNumber>(i);
    by_subject_[DigestOf(slots[i].subject)] = number;
    by_id_[keys[i].id()] = number;
    cache_.Put(number, std::move(keys[i]));
  }
  return absl::OkStatus();
}

std::vector<Slot> KeyStore::Tombstones(absl::Span<const std::string> subjects) {
  std::vector<Slot> tombstones;
  const MutexLock lock(mutex_);
  for (const std::string& subject : std::set<std::string>(subjects.begin(), subjects.end())) {
    const auto found = by_subject_.find(DigestOf(subject));
    if (found != by_subject_.end() && found->second == 0) continue;
    Slot tombstone{.kind = Slot::Kind::kErased, .subject = subject};
    if (found != by_subject_.end()) {
      tombstone.erased_slot = found->second;
      // A key whose slot is damaged goes too, without its id.
      const absl::StatusOr<Slot> slot = keys_.Get(found->second);
      if (slot.ok()) tombstone.check = slot->check;
    }
    tombstones.push_back(std::move(tombstone));
  }
  return tombstones;
}

absl::Status KeyStore::Destroy(absl::Span<const std::string> subjects) {
  RETURN_IF_ERROR(CheckSubjects(subjects));
  const MutexLock writing(writing_);
  RETURN_IF_ERROR(CheckWritable());
  std::vector<Slot> tombstones = Tombstones(subjects);
  if (tombstones.empty()) return absl::OkStatus();
  if (erased_.size() + tombstones.size() > kSlotsMax) {
    return Full(erased_.size() + tombstones.size());
  }
  // First the list: a crash after this destroys what is on it, one before destroys nothing.
  RETURN_IF_ERROR(Written(erased_.Append(absl::MakeSpan(tombstones), /*sync=*/true)));
  {
    const MutexLock lock(mutex_);
    for (const Slot& tombstone : tombstones) {
      by_subject_[DigestOf(tombstone.subject)] = 0;
      if (tombstone.erased_slot == 0) continue;
      by_id_[UuidFromDigest(tombstone.check)] = 0;
      cache_.Forget(tombstone.erased_slot);
    }
  }
  // Nobody reads these slots any more, since no name leads to them.
  for (const Slot& tombstone : tombstones) {
    if (tombstone.erased_slot == 0) continue;
    RETURN_IF_ERROR(Written(keys_.Put(tombstone.erased_slot, {})));
  }
  return Written(keys_.Sync());
}

absl::Status KeyStore::CheckWritable() const {
  if (!failed_) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "KEY_STORE_FAILED",
               absl::StrCat("key store ", directory_.path(),
                            " writes nothing more since a write failed; start again"));
}

absl::Status KeyStore::Written(absl::Status status) {
  if (status.ok()) return status;
  failed_ = true;
  Log("keys.failed", {{"directory", directory_.path()}, {"cause", std::string(status.message())}});
  return Error(absl::StatusCode::kUnavailable, "KEY_STORE_FAILED", status.message());
}

MasterKey KeyStore::master() const {
  const MutexLock lock(mutex_);
  return *master_;
}

}  // namespace trellis::vault
