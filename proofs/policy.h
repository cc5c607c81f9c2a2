// Whose signatures make a checkpoint worth believing (C2SP tlog-policy).
//
//   log <vkey> [<url>]                          a log that is accepted
//   witness <name> <vkey> [<url>]               who cosigns
//   group <name> <k|any|all> <member>...        witnessed if k of its members are
//   quorum <name|none>                          what has to be witnessed; exactly one such line
//
// A member or quorum is named after it is defined, and a name is a member once. Blank lines, and
// lines that begin with '#', say nothing. Immutable and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"
#include "proofs/note.h"

namespace trellis::proofs {

// The largest policy that is read; the rule is at least 32 logs, witnesses and groups.
inline constexpr size_t kPolicyBytesMax = 64 * 1024;

// A log or a witness.
struct PolicyParty {
  std::string name;  // In the policy; empty of a log.
  VerifierKey key;
  std::string url;  // Empty if the policy gives none. Of what form is not looked at.
};

class Policy {
 public:
  // Wants no cosignatures and knows no log: whoever checks says which logs are meant.
  Policy() = default;

  // Reads a policy's text. INVALID_ARGUMENT (POLICY_MALFORMED) with the line that is wrong.
  static absl::StatusOr<Policy> Parse(absl::string_view text);

  const std::vector<PolicyParty>& logs() const { return logs_; }
  const std::vector<PolicyParty>& witnesses() const { return witnesses_; }

  // Whether the cosignatures are enough: cosigned[i] says whether witnesses()[i] has signed.
  // FAILED_PRECONDITION (QUORUM_NOT_MET) that says how many of what are missing.
  absl::Status CheckQuorum(const std::vector<bool>& cosigned) const;

 private:
  friend class PolicyReader;

  // A witness, or a group of what stands before it in nodes_.
  struct Node {
    std::string name;
    size_t witness;               // Of a witness: its place in witnesses_.
    size_t threshold = 0;         // Of a group: at least 1.
    std::vector<size_t> members;  // Of a group: places in nodes_.
  };

  std::vector<PolicyParty> logs_;
  std::vector<PolicyParty> witnesses_;
  std::vector<Node> nodes_;
  static constexpr size_t kNone = SIZE_MAX;
  size_t quorum_ = kNone;  // A place in nodes_.
};

// The checkpoint of `note`, if it can be believed: signed by one of `logs` or of the policy's logs
// whose name is the checkpoint's origin, and cosigned as the policy wants. What is wrong stands at
// the beginning of the message: CHECKPOINT_MALFORMED; ORIGIN_UNKNOWN (`origin: ...`) if no log has
// this name; SIGNATURE_INVALID and SIGNATURE_MISSING (`signature: ...`), both INVALID_ARGUMENT;
// QUORUM_NOT_MET (`quorum: ...`).
absl::StatusOr<Checkpoint> VerifyCheckpoint(const Note& note, absl::Span<const VerifierKey> logs,
                                            const Policy& policy);
// The same of a note's bytes; also NOTE_MALFORMED.
absl::StatusOr<Checkpoint> VerifyCheckpoint(absl::string_view note,
                                            absl::Span<const VerifierKey> logs,
                                            const Policy& policy);

}  // namespace trellis::proofs
