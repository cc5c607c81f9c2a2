// Bytes as a policy: whatever quorum it wants, everybody's signature is enough.
#include "proofs/policy.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {

void Try(absl::string_view bytes) {
  const auto policy = proofs::Policy::Parse(bytes);
  CheckError(policy.status());
  if (!policy.ok()) return;
  const size_t witnesses = policy->witnesses().size();
  CHECK(policy->CheckQuorum(std::vector<bool>(witnesses, true)).ok());
  const absl::Status nobody = policy->CheckQuorum(std::vector<bool>(witnesses, false));
  CheckError(nobody);
  // One signature more never makes a quorum less.
  std::vector<bool> cosigned(witnesses, false);
  bool met = nobody.ok();
  for (size_t i = 0; i < witnesses; ++i) {
    cosigned[i] = true;
    const bool meets = policy->CheckQuorum(cosigned).ok();
    CHECK(meets || !met);
    met = meets;
  }
  for (const auto* const parties : {&policy->logs(), &policy->witnesses()}) {
    for (const proofs::PolicyParty& party : *parties) {
      CHECK(*proofs::VerifierKey::Parse(party.key.ToString()) == party.key);
    }
  }
}

}  // namespace trellis::fuzz
