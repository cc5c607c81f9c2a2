// A file that proves one entry of a log without the log (C2SP tlog-proof, `.tlog-proof`).
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>                 if there is something more to say, unsigned
//   index <decimal>
//   <base64 of 32 bytes>           the siblings from the leaf up, each on a line
//   (an empty line)
//   the checkpoint, a signed note
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "proofs/checkpoint.h"
#include "proofs/note.h"
#include "proofs/policy.h"

namespace trellis::proofs {

// The largest such file that is read: a note, and 64 KiB for the rest.
inline constexpr size_t kTlogProofBytesMax = kNoteBytesMax + 64 * 1024;

struct TlogProof {
  // For the application, and signed by nobody: whoever changes it is not found out. Not empty.
  std::optional<std::string> extra;
  uint64_t index = 0;
  std::vector<Digest> hashes;
  Note checkpoint;
};

// The file's bytes. Crashes unless ParseTlogProof reads them back.
std::string FormatTlogProof(const TlogProof& proof);

// Reads such a file and believes nothing of it. INVALID_ARGUMENT: PROOF_MALFORMED, or
// NOTE_MALFORMED of the checkpoint.
absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view bytes);

// The checkpoint in which `proof` shows `entry` to be, if all of it holds: what VerifyCheckpoint
// checks and refuses, and then that the entry's leaf is at the index: PROOF_INVALID
// (`inclusion: ...`).
absl::StatusOr<Checkpoint> VerifyTlogProof(const TlogProof& proof, absl::string_view entry,
                                           absl::Span<const VerifierKey> logs,
                                           const Policy& policy);

}  // namespace trellis::proofs
