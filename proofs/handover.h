// How a ledger goes from one signing key to the next, as both keys signed it.
//
//   trellis key handover 1
//   ledger NAME
//   from VKEY
//   to VKEY
//
// It is the text of a signed note. Its second line is no number, so that it can be read as no
// checkpoint.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proofs/key.h"

namespace trellis::proofs {

struct Handover {
  VerifierKey from;
  VerifierKey to;

  friend bool operator==(const Handover&, const Handover&) = default;
};

// The signed note. Crashes unless both keys are of kNote and of one name, and differ.
std::string SignHandover(const SignerKey& from, const SignerKey& to);

// Reads it. INVALID_ARGUMENT: NOTE_MALFORMED, KEY_MALFORMED, SIGNATURE_INVALID, SIGNATURE_MISSING
// (both must have signed), HANDOVER_MALFORMED (not exactly what SignHandover writes).
absl::StatusOr<Handover> ReadHandover(absl::string_view note);

// Whom somebody can believe who believes `known`, in the order of `handovers`, the oldest first: a
// key that was believed says which key follows it, and which one it follows. A key that was only
// followed does not speak for others: whoever has stolen an old key leads nobody who knows the new
// one to a third. `known` come first; no key is there twice.
std::vector<VerifierKey> KeysThrough(absl::Span<const VerifierKey> known,
                                     absl::Span<const Handover> handovers);

}  // namespace trellis::proofs
