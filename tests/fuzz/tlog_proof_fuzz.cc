// Bytes as a `.tlog-proof`: one spelling, and it proves nothing but the entry it was made for.
#include "proofs/tlog_proof.h"
#include "tests/fuzz/fuzz.h"
#include "tests/proofs/signed_log.h"

namespace trellis::fuzz {

void Try(absl::string_view bytes) {
  const auto proof = proofs::ParseTlogProof(bytes);
  CheckError(proof.status());
  if (!proof.ok()) return;
  CHECK(proofs::FormatTlogProof(*proof) == bytes);
  const proofs::VerifierKey log = proofs::testing::LogKey().verifier();
  const auto holds = proofs::VerifyTlogProof(*proof, "no entry of any log", {log}, {});
  CHECK(!holds.ok());
  CheckError(holds.status());
}

}  // namespace trellis::fuzz
