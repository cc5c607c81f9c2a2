// Asking a witness for its cosignature: the log's side of C2SP tlog-witness.
//
//   const auto prove = [&](uint64_t old) { return proofs::ProveConsistency(old, size, tiles); };
//   const auto cosignature = Collect(checkpoint, witness, prove, HttpSender(absl::Seconds(10)));
//   if (cosignature.ok()) AddCosignature(*cosignature, checkpoint);
//
// Pure but for `send`; nothing that a witness answers is believed before it is verified.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "proofs/key.h"
#include "proofs/note.h"
#include "witness/witness.h"

namespace trellis::witness {

// The largest answer that is looked at: a line for each of a witness's keys.
inline constexpr size_t kReplyBytesMax = 64 * 1024;
// The first, one with the size that the witness says, and one for who asks at the same time.
inline constexpr int kAttemptsMax = 3;

// A witness, as the log knows it.
struct Peer {
  // Its submission prefix: `/add-checkpoint` is appended, behind one slash.
  std::string url;
  proofs::VerifierKey key;
  // The size of the checkpoint it cosigned last. A wrong one costs a request; 0 is fine.
  uint64_t size = 0;
};

// Posts `body` to `url`. Its errors say that there was no answer.
using Sender =
    absl::FunctionRef<absl::StatusOr<Reply>(const std::string& url, const std::string& body)>;
// Proves that the tree of the checkpoint begins with that of `old_size`, at most as large.
using GrowthProver = absl::FunctionRef<absl::StatusOr<std::vector<Digest>>(uint64_t old_size)>;

// The cosignature of `checkpoint` by `peer`, verified. `checkpoint` is the note with its log's
// signatures. `peer.size` becomes what was learnt, also where it fails. Errors: those of `send` and
// `prove`;
//   CHECKPOINT_MALFORMED of `checkpoint`
//   FAILED_PRECONDITION (WITNESS_AHEAD) if it has cosigned a larger tree: a newer checkpoint, or
//     the log was set back
//   FAILED_PRECONDITION (TREE_INCONSISTENT) if the witness has seen another history
//   PERMISSION_DENIED (WITNESS_REFUSED) with what it said: it does not know this log or its key
//   UNAVAILABLE (WITNESS_UNAVAILABLE) if it failed, or others were faster kAttemptsMax times
//   DATA_LOSS (COSIGNATURE_INVALID) if what it answered is no cosignature of its key
absl::StatusOr<proofs::Signature> Collect(const proofs::Note& checkpoint, Peer& peer,
                                          GrowthProver prove, Sender send);

// Adds a cosignature that was verified to `checkpoint`, in place of an older one of the same key.
// RESOURCE_EXHAUSTED (NOTE_MALFORMED) if a note can have no more signatures.
absl::Status AddCosignature(const proofs::Signature& cosignature, proofs::Note& checkpoint);

}  // namespace trellis::witness
