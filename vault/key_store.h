// The keys of data subjects, wrapped by the ledger's master key, in a directory of their own.
//
//   keys        a slot of 192 bytes for each key; added at the end, overwritten when it is
//   destroyed erased      a slot for each subject whose key was destroyed; only ever longer
//   keys.next   what is to become `keys`: a start removes it
//
// Operation.   What a key is and where it stands are in memory for all subjects (some 110 MB for a
//              million), the keys themselves for those that were used last. A start reads both
//              files: 1.5 seconds for a million subjects.
// Durability.  A key is on disk before anybody gets it: what it encrypts can be read after a crash.
// Erasure.     A subject is listed in `erased` and synced, then the key's bytes are overwritten
//              where they stand and synced; a start completes what a crash has left. No other file
//              has held them, but backups. That the disk keeps no old copy of an overwritten block
//              is up to it: docs/privacy.md.
// Failure.     After a write that failed nobody knows what the disk holds: keys are still found,
//              but nothing is written any more, UNAVAILABLE (KEY_STORE_FAILED). Start again.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "vault/data_key.h"
#include "vault/directory.h"
#include "vault/key_cache.h"
#include "vault/master_key.h"
#include "vault/slot_file.h"

namespace trellis::vault {

// Subjects of one call: so many keys are written by one sync.
inline constexpr size_t kSubjectsOfCallMax = 1'000;

// Whether there is a key store in the directory. Errors of directory.h.
absl::StatusOr<bool> HoldsKeyStore(Directory& directory);

// Makes an empty one. Only for a ledger that is new: a store that was lost must be restored, since
// what was sealed by its keys opens by no others. ALREADY_EXISTS (KEY_STORE_EXISTS).
absl::Status CreateKeyStore(Directory& directory, const MasterKey& master);

// Makes of a backup a key store, or of a key store that nobody has open a backup. NOT_FOUND
// (KEY_STORE_MISSING), ALREADY_EXISTS (KEY_STORE_EXISTS). What was erased since the backup has to
// be given to KeyStore::Open.
absl::Status CopyKeyStore(Directory& from, Directory& to);

// Destroys the keys of `subjects` in a store that nobody has open, such as a backup: this needs no
// master key. The errors of KeyStore::Open and Destroy.
absl::Status DestroyKeysIn(Directory& directory, absl::Span<const std::string> subjects);

// Thread-safe. A subject is named by 1 to 64 printable ASCII characters, as a resource is, never by
// a person's name: INVALID_ARGUMENT (SUBJECT_MALFORMED).
class KeyStore {
 public:
  struct Options {
    // Those that may have wrapped the keys: one, or two as long as RewrapAll may be under way.
    std::vector<MasterKey> masters;
    // Subjects that are known to have been erased, as the log has it: their keys are destroyed
    // before anybody gets one, so that no backup brings them back.
    std::vector<std::string> erased = {};
    // Keys in memory, some 300 bytes each.
    size_t cached_keys_max = 10'000;
  };

  // `directory` must outlive it. NOT_FOUND (KEY_STORE_MISSING); FAILED_PRECONDITION
  // (MASTER_KEY_WRONG) if none of the masters is the store's; DATA_LOSS (KEY_STORE_DAMAGED);
  // errors of Destroy and of directory.h.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(Directory& directory, Options options);

  // The subject's key; a new one, which is on disk, if it has none. FAILED_PRECONDITION
  // (SUBJECT_ERASED) if its key was destroyed: it gets no other. RESOURCE_EXHAUSTED
  // (KEY_STORE_FULL) if there are 1,000,000; DATA_LOSS (KEY_STORE_DAMAGED); KEY_STORE_FAILED.
  absl::StatusOr<DataKey> KeyOf(absl::string_view subject);
  // The same for up to kSubjectsOfCallMax, in their order, with one sync: all or none.
  absl::StatusOr<std::vector<DataKey>> KeysOf(absl::Span<const std::string> subjects);

  // The subject's key, if it has one: NOT_FOUND (KEY_NOT_FOUND); SUBJECT_ERASED, DATA_LOSS.
  absl::StatusOr<DataKey> Find(absl::string_view subject);
  // The key of this id: the same errors.
  absl::StatusOr<DataKey> FindById(const Uuid& id);

  // Destroys the keys of up to kSubjectsOfCallMax subjects for good: once it is OK, none of their
  // bytes is in the directory. Keys that somebody holds live as long as they are held. Nothing if
  // it was done before; a subject without key will get none. KEY_STORE_FULL, KEY_STORE_FAILED:
  // whether a key is destroyed shows after a start then.
  absl::Status Destroy(absl::Span<const std::string> subjects);

  // Wraps all keys with `next` in the place of the master key; nothing that they sealed changes.
  // Until it is OK, keep both: after a crash or an error the store has one of them. Keys can be
  // found meanwhile, but not made or destroyed: some 6 seconds for a million. DATA_LOSS,
  // KEY_STORE_FAILED, errors of directory.h.
  absl::Status RewrapAll(const MasterKey& next);
  // Which master key it has.
  MasterKey master() const;

  // Copies the store to a directory that has none; new keys wait meanwhile. KEY_STORE_EXISTS;
  // errors of directory.h.
  absl::Status BackUp(Directory& to);

 private:
  friend absl::Status DestroyKeysIn(Directory&, absl::Span<const std::string>);
  using SubjectDigest = std::array<uint8_t, 16>;

  KeyStore(Directory& directory, SlotFile keys, SlotFile erased, size_t cached_keys_max);
  static SubjectDigest DigestOf(absl::string_view subject);
  // A store that is read, but has no master key: it finds nothing.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Load(Directory& directory, size_t cached_max);
  absl::Status Index();
  absl::Status TakeMaster(absl::Span<const MasterKey> masters);

  // The key in slot `number`; 0: SUBJECT_ERASED, of whom `who` names.
  absl::StatusOr<DataKey> Get(SlotNumber number, absl::string_view who)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The subjects' keys; nothing for those that have none.
  absl::StatusOr<std::vector<std::optional<DataKey>>> Look(absl::Span<const std::string> subjects);
  // Makes a key for each that has none.
  absl::Status Make(absl::Span<const std::string> subjects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  // What to write of those that are not erased yet.
  std::vector<Slot> Tombstones(absl::Span<const std::string> subjects)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  absl::Status CheckWritable() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  // Nothing more is written if the status is an error, which it gives back.
  absl::Status Written(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  absl::StatusOr<SlotFile> WriteRewrapped(const MasterKey& next)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);

  Directory& directory_;
  // Whoever changes files has it; taken before mutex_.
  Mutex writing_;
  bool failed_ ABSL_GUARDED_BY(writing_) = false;
  SlotFile erased_ ABSL_GUARDED_BY(writing_);
  mutable Mutex mutex_;
  // Slots are written with writing_, read with either; exchanged, and emptied, with both.
  SlotFile keys_;
  // Null only while it is being opened.
  std::optional<MasterKey> master_ ABSL_GUARDED_BY(mutex_);
  KeyCache cache_ ABSL_GUARDED_BY(mutex_);
  // 0: erased. By digests of one size, which are smaller than names.
  absl::flat_hash_map<SubjectDigest, SlotNumber> by_subject_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Uuid, SlotNumber> by_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::vault
