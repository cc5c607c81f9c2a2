// Seals what events say of a person, and opens it again.
//
//   payload      := Seal(key of the subject, place, salt event)      sealed.h
//   salt         := 32 random bytes
//   place        := "trellis.event\n" type "\n" stream NUL revision:8
//   event_digest := SHA-256(salt event), in the record's header
//
// The header, and so the tree, commits to the event by a digest that nobody can guess the event
// from: without the salt, which goes with the key, it tells nothing. Who is shown salt and event
// can check them against the tree with SHA-256 alone, and learns nothing of any other event.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "eventstore/event_log.h"
#include "eventstore/record.h"
#include "vault/key_store.h"

namespace trellis::vault {

inline constexpr size_t kSaltBytes = 32;

// The event of a record, in plain.
struct OpenedEvent {
  // Salt and event; the event alone if it was not sealed.
  std::string text;
  size_t salt_bytes = 0;

  absl::string_view salt() const { return absl::string_view(text).substr(0, salt_bytes); }
  absl::string_view bytes() const { return absl::string_view(text).substr(salt_bytes); }
};

// Thread-safe.
class EventVault {
 public:
  // Has no keys: opens what was not sealed, seals nothing.
  EventVault() = default;
  // `keys` must outlive it. Makes the ledger's own key if there is none: the errors of KeyOf.
  static absl::StatusOr<std::unique_ptr<EventVault>> Create(KeyStore& keys);

  // Seals the payloads of `events`, which are to follow `revision` of `stream`, for `subject`,
  // people/UUID; empty: under the ledger's own key. FAILED_PRECONDITION (SUBJECT_ERASED); the
  // errors of KeyStore::KeyOf.
  absl::Status Seal(absl::string_view subject, absl::string_view stream,
                    eventstore::Revision revision, std::vector<eventstore::NewEvent>& events) const;

  // The event of `record`. FAILED_PRECONDITION (SUBJECT_ERASED) if its key was destroyed; NOT_FOUND
  // (KEY_NOT_FOUND) if it is not there; DATA_LOSS (SEALED_DAMAGED) if it opens to another event
  // than the header commits to; the errors of Open and KeyStore::FindById.
  absl::StatusOr<OpenedEvent> Open(const eventstore::Record& record) const;

  // Of the text of a request, under the ledger's own key, so that nobody who has the log alone can
  // guess what was asked. Crashes without keys.
  Digest Fingerprint(absl::string_view text) const;

  // Null: it has none.
  KeyStore* keys() const { return keys_; }

 private:
  EventVault(KeyStore& keys, DataKey ledger) : keys_(&keys), ledger_(std::move(ledger)) {}

  KeyStore* const keys_ = nullptr;
  const std::optional<DataKey> ledger_;
};

// Whether the status says that whoever it was about was erased.
bool IsErased(const absl::Status& status);

}  // namespace trellis::vault
