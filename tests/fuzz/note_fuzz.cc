// Bytes as a signed note, as a checkpoint, and as a line that signs: each has one spelling, and
// nothing is believed without the log's key.
#include "proofs/checkpoint.h"
#include "proofs/note.h"
#include "proofs/policy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/proofs/signed_log.h"

namespace trellis::fuzz {
namespace {

void TryCheckpoint(absl::string_view text) {
  const auto checkpoint = proofs::ParseCheckpoint(text);
  CheckError(checkpoint.status());
  if (checkpoint.ok()) CHECK(proofs::FormatCheckpoint(*checkpoint) == text);
}

void TryNote(absl::string_view bytes) {
  const auto note = proofs::ParseNote(bytes);
  CheckError(note.status());
  if (!note.ok()) return;
  CHECK(proofs::FormatNote(*note) == bytes);
  TryCheckpoint(note->text);
  for (const proofs::Signature& signature : note->signatures) {
    if (const auto time = proofs::CosignatureTime(signature)) CHECK(*time >= absl::UnixEpoch());
  }
  // Nobody knows this key.
  const proofs::VerifierKey stranger = proofs::testing::StrangerKey().verifier();
  CHECK(!proofs::VerifyCheckpoint(*note, {stranger}, {}).ok());
  // This one's half that signs is known, so what it signed may hold; the corpus has such notes.
  const proofs::VerifierKey log = proofs::testing::LogKey().verifier();
  const auto believed = proofs::VerifyCheckpoint(bytes, {log}, {});
  CheckError(believed.status());
  if (believed.ok()) CHECK(proofs::FormatCheckpoint(*believed) == note->text);
}

}  // namespace

void Try(absl::string_view bytes) {
  TryNote(bytes);
  TryCheckpoint(bytes);
  const auto signature = proofs::ParseSignature(bytes);
  CheckError(signature.status());
  if (signature.ok()) CHECK(proofs::FormatSignature(*signature) == bytes);
}

}  // namespace trellis::fuzz
