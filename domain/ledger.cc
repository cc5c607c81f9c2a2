#include "domain/ledger.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "domain/draft.h"
#include "domain/evolution.h"
#include "domain/limits.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

// A key that was used once stays out of use: what it signs is of its own time alone.
absl::Status RequireUnused(const v1::Ledger& ledger, const v1::KeyRotation& rotation) {
  const auto& before = ledger.key_rotations();
  const std::string& key = rotation.new_key();
  if (key != rotation.previous_key() &&
      std::none_of(before.begin(), before.end(),
                   [&](const auto& one) { return one.previous_key() == key; })) {
    return absl::OkStatus();
  }
  return Refusal("SIGNING_KEY_REUSED", ledger.name(),
                 absl::StrCat("key ", key, " has signed before, want one that has not"));
}

}  // namespace

void Evolve(v1::Ledger& ledger, const std::string& name, const v1::LedgerEvent& event,
            const EventFacts& facts) {
  if (ledger.name().empty()) ledger.set_name(name);
  Advance(ledger, facts);
  if (ledger.revision() == 1) *ledger.mutable_create_time() = ledger.update_time();
  // No default: the compiler lists the events we forgot.
  switch (event.kind_case()) {
    case v1::LedgerEvent::kSigningKeyRotated: {
      v1::KeyRotation& rotation = *ledger.add_key_rotations();
      rotation = event.signing_key_rotated().rotation();
      *rotation.mutable_record_time() = ledger.update_time();
      return;
    }
    case v1::LedgerEvent::KIND_NOT_SET:
      break;
  }
  Crash("Evolve: event without a kind; decoding refuses these");
}

DecidedOn<v1::Ledger> Decide(const v1::Ledger& ledger, const v1::RecordKeyRotationRequest& request,
                             const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ADMINISTRATOR}, "replace the signing key"));
  const v1::KeyRotation& rotation = request.rotation();
  DraftOn<v1::Ledger> draft(ledger, context);
  const auto& before = ledger.key_rotations();
  if (!before.empty()) {
    const std::string& today = before[before.size() - 1].new_key();
    if (today == rotation.new_key()) return std::move(draft).Finish();
    if (today != rotation.previous_key()) {
      return Refusal("SIGNING_KEY_CHANGED", ledger.name(),
                     absl::StrCat("the signing key is ", today, " by now, got ",
                                  rotation.previous_key(), " as the one before"));
    }
  }
  RETURN_IF_ERROR(RequireUnused(ledger, rotation));
  RETURN_IF_ERROR(RequireRoom(ledger.name(), "key rotations", before.size(), kKeyRotationsMax));
  v1::LedgerEvent event;
  *event.mutable_signing_key_rotated()->mutable_rotation() = rotation;
  event.mutable_signing_key_rotated()->mutable_rotation()->clear_record_time();
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
