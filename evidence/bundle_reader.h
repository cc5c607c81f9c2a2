// From the members of a bundle back to what it is made of.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "evidence/bundle.h"

namespace trellis::evidence {

// Reads what is signed or leads to it: records, proofs, checkpoint, and the keys that policy.txt
// says. Nothing is believed yet but that each event is the one of its header, and each header the
// one of its leaf; README, page, lines and digests are not looked at. INVALID_ARGUMENT
// (EVIDENCE_MALFORMED) that names the first member that is missing, too much, or cannot be read.
absl::StatusOr<Evidence> ReadEvidence(const std::vector<ZipMember>& members);

}  // namespace trellis::evidence
