// Checks an evidence bundle by itself: no server, no network, no ledger.
//
// Every byte of a bundle counts: what is signed is verified, and all else is made anew from it and
// compared. So a bundle that holds is exactly the one that the ledger would write, and any other
// bytes are refused.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/report.h"
#include "proofs/key.h"
#include "proofs/policy.h"

namespace trellis::evidence {

struct CheckOptions {
  // The ledger's keys, got from elsewhere; with those of the policy. None: the bundle's own, which
  // prove less.
  std::vector<proofs::VerifierKey> keys = {};
  // Whose cosignatures are wanted.
  proofs::Policy policy = {};
};

// What holds of the bundle `bytes`, and what does not, in words. Never fails: bytes that are no
// bundle are a finding. What is not signed as wanted is not made anew: only who holds a key that is
// believed can have it fold events that no rule allows.
Report CheckBundle(absl::string_view bytes, const CheckOptions& options);

// OK, or DATA_LOSS (EVIDENCE_UNSOUND) that counts the findings.
absl::Status Verdict(const Report& report);

}  // namespace trellis::evidence
