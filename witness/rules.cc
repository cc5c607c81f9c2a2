#include "witness/rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/verify.h"
#include "witness/request.h"

namespace trellis::witness {
namespace {

using proofs::VerifierKey;

absl::Status Unsigned(absl::string_view message) {
  return Error(absl::StatusCode::kPermissionDenied, "LOG_SIGNATURE_MISSING", message);
}

// Leaves in `note` one signature of each of `keys` that signed it: nobody else's lines are kept or
// served, and no line twice, so that there is room for a cosignature.
absl::Status KeepSignaturesOf(const std::vector<VerifierKey>& keys, absl::string_view origin,
                              proofs::Note& note) {
  if (absl::Status status = proofs::VerifySignatures(note, keys).status(); !status.ok()) {
    return Unsigned(status.message());
  }
  std::vector<proofs::Signature> kept;
  for (const VerifierKey& key : keys) {
    const auto made = [&](const proofs::Signature& signature) { return key.Made(signature); };
    const auto found = std::find_if(note.signatures.begin(), note.signatures.end(), made);
    if (found == note.signatures.end() || std::any_of(kept.begin(), kept.end(), made)) continue;
    kept.push_back(*found);
  }
  if (kept.empty()) {
    return Unsigned(absl::StrCat("checkpoint of ", origin, " is signed by no known key of it"));
  }
  note.signatures = std::move(kept);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogKeys> ReadLogKeys(absl::Span<const std::string> keys) {
  LogKeys logs;
  for (const std::string& text : keys) {
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(text));
    if (key.type() != proofs::KeyType::kNote) {
      return Error(absl::StatusCode::kInvalidArgument, "KEY_UNFIT",
                   absl::StrCat("key of ", key.name(), " is a witness's, want that of a log"));
    }
    logs[key.name()].push_back(std::move(key));
  }
  if (logs.empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "KEY_UNFIT",
                 "witness has no log to watch, want the key of one at least");
  }
  return logs;
}

absl::StatusOr<Submission> Admit(const LogKeys& logs, absl::string_view request) {
  ASSIGN_OR_RETURN(AddCheckpointRequest read, ParseRequest(request));
  ASSIGN_OR_RETURN(proofs::Checkpoint checkpoint, proofs::ParseCheckpoint(read.checkpoint.text));
  const auto log = logs.find(checkpoint.origin);
  if (log == logs.end()) {
    return Error(absl::StatusCode::kNotFound, "LOG_UNKNOWN",
                 "checkpoint is of a log that this witness does not watch");
  }
  RETURN_IF_ERROR(KeepSignaturesOf(log->second, log->first, read.checkpoint));
  if (read.old_size > checkpoint.size) {
    return Error(absl::StatusCode::kInvalidArgument, "WITNESS_REQUEST_MALFORMED",
                 absl::StrCat("request has old size ", read.old_size, ", want at most ",
                              checkpoint.size, ", the checkpoint's"));
  }
  return Submission{read.old_size, std::move(read.proof), std::move(checkpoint),
                    std::move(read.checkpoint)};
}

absl::Status Judge(const Submission& submission, const TreeHead& last) {
  const proofs::Checkpoint& checkpoint = submission.checkpoint;
  if (submission.old_size != last.size) {
    return Error(absl::StatusCode::kAborted, "WITNESS_SIZE_CONFLICT",
                 absl::StrCat("request has old size ", submission.old_size, " of ",
                              checkpoint.origin, ", want ", last.size));
  }
  const absl::Status grown = proofs::VerifyConsistency(last.size, last.root, checkpoint.size,
                                                       checkpoint.root, submission.proof);
  if (grown.ok()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TREE_INCONSISTENT",
               absl::StrCat("checkpoint of ", checkpoint.origin, " with size ", checkpoint.size,
                            " is not shown to begin with the tree of size ", last.size,
                            " that was cosigned: ", grown.message()));
}

std::string OriginHash(absl::string_view origin) {
  return absl::BytesToHexString(AsBytes(Sha256(origin)));
}

}  // namespace trellis::witness
