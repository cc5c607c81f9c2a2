#include "vault/event_vault.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "vault/sealed.h"

namespace trellis::vault {
namespace {

// No person's name has a blank or is this short: nobody can be erased by it.
constexpr char kLedgerSubject[] = "ledger";

// What a sealed event is bound to.
std::string PlaceOf(absl::string_view type, absl::string_view stream,
                    eventstore::Revision revision) {
  std::string place =
      absl::StrCat("trellis.event\n", type, "\n", stream, absl::string_view("\0", 1));
  eventstore::AppendBigEndian(revision, place);
  return place;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventVault>> EventVault::Create(KeyStore& keys) {
  ASSIGN_OR_RETURN(DataKey ledger, keys.KeyOf(kLedgerSubject));
  return std::unique_ptr<EventVault>(new EventVault(keys, std::move(ledger)));
}

absl::Status EventVault::Seal(absl::string_view subject, absl::string_view stream,
                              eventstore::Revision revision,
                              std::vector<eventstore::NewEvent>& events) const {
  CHECK(keys_ != nullptr);
  ASSIGN_OR_RETURN(const DataKey key, keys_->KeyOf(subject.empty() ? kLedgerSubject : subject));
  for (eventstore::NewEvent& event : events) {
    const std::string text = absl::StrCat(RandomSecret()->view(), event.payload);
    event.subject_key_id = key.id();
    event.event_digest = Sha256(text);
    event.payload = vault::Seal(key, PlaceOf(event.type, stream, ++revision), text);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenedEvent> EventVault::Open(const eventstore::Record& record) const {
  const eventstore::Header& header = record.header;
  if (header.subject_key_id == Uuid{}) return OpenedEvent{.text = record.payload};
  if (keys_ == nullptr) {
    return Error(absl::StatusCode::kNotFound, "KEY_NOT_FOUND",
                 absl::StrCat("position ", header.position, " is sealed, and there are no keys"));
  }
  ASSIGN_OR_RETURN(const DataKey key, keys_->FindById(header.subject_key_id));
  ASSIGN_OR_RETURN(
      std::string text,
      vault::Open(key, PlaceOf(header.type, header.stream, header.revision), record.payload));
  if (text.size() < kSaltBytes || Sha256(text) != header.event_digest) {
    return Error(absl::StatusCode::kDataLoss, "SEALED_DAMAGED",
                 absl::StrCat("position ", header.position,
                              " opens to another event than its header commits to"));
  }
  return OpenedEvent{.text = std::move(text), .salt_bytes = kSaltBytes};
}

Digest EventVault::Fingerprint(absl::string_view text) const {
  CHECK(ledger_.has_value());
  const absl::string_view key = ledger_->secret().view();
  Digest digest;
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) != nullptr &&
        size == digest.size());
  return digest;
}

bool IsErased(const absl::Status& status) { return ErrorReason(status) == "SUBJECT_ERASED"; }

}  // namespace trellis::vault
