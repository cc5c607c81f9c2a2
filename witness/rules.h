// What a witness agrees to: the rules of C2SP tlog-witness. Pure and thread-safe.
//
// A refusal's code says which answer of the protocol it is: INVALID_ARGUMENT 400,
// PERMISSION_DENIED 403, NOT_FOUND 404, ABORTED 409, FAILED_PRECONDITION 422.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"
#include "proofs/merkle.h"
#include "proofs/note.h"

namespace trellis::witness {

// The logs a witness watches: the keys of each by its origin, which is the name of its keys.
using LogKeys = std::map<std::string, std::vector<proofs::VerifierKey>, std::less<>>;

// Reads logs' keys. A log may have several: one that it will sign with is named before it does.
// KEY_MALFORMED; INVALID_ARGUMENT (KEY_UNFIT) of a witness's key, or if there are none.
absl::StatusOr<LogKeys> ReadLogKeys(absl::Span<const std::string> keys);

// A tree, as far as a witness knows it. Before it has seen any it knows the empty one.
struct TreeHead {
  uint64_t size = 0;
  Digest root = proofs::EmptyRoot();
};

// A request in which a log that is known speaks.
struct Submission {
  uint64_t old_size = 0;
  std::vector<Digest> proof;
  proofs::Checkpoint checkpoint;
  // The checkpoint with the signatures of its log's keys and no others.
  proofs::Note note;
};

// Reads a request and checks all that does not depend on what was cosigned before. INVALID_ARGUMENT
// if it is no request, or no checkpoint, or the old size is the larger one
// (WITNESS_REQUEST_MALFORMED, NOTE_MALFORMED, CHECKPOINT_MALFORMED); NOT_FOUND (LOG_UNKNOWN);
// PERMISSION_DENIED (LOG_SIGNATURE_MISSING) if no key of the log signed it, or the signature of one
// does not verify.
absl::StatusOr<Submission> Admit(const LogKeys& logs, absl::string_view request);

// Whether the tree of `submission` has only grown since `last`, the one that was cosigned last.
// ABORTED (WITNESS_SIZE_CONFLICT) if the request is not about `last`; FAILED_PRECONDITION
// (TREE_INCONSISTENT) if it does not prove that its tree begins with `last`, or has another root at
// the same size.
absl::Status Judge(const Submission& submission, const TreeHead& last);

// Where a witness keeps and serves what it knows of a log: SHA-256 of the origin in 64 small hex
// digits.
std::string OriginHash(absl::string_view origin);

}  // namespace trellis::witness
