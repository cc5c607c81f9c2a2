// Checks an evidence bundle or a ledger, and says in words what holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"
#include "proofs/key.h"
#include "proofs/policy.h"
#include "vault/master_key.h"

namespace trellis::cli {

// One of `bundle`, `data` and `url` is set.
struct VerifyOptions {
  // The file of an evidence bundle.
  std::string bundle;
  // A data directory, which is there.
  std::string data;
  // The HTTP port of a server, without a slash at its end.
  std::string url;
  // Of a data directory.
  std::string ledger;
  std::optional<vault::MasterKey> master_key;
  // The ledger's keys, those that handovers lead to included; none: the one that lies beside the
  // log, or in the bundle. A server's is given here or in the policy.
  std::vector<proofs::VerifierKey> keys;
  // Of a bundle, and of a server: whose cosignatures are wanted.
  proofs::Policy policy;
  // A file with the checkpoint of the server that was seen last, which the next one replaces;
  // empty: none.
  std::string seen;
};

// Reads the flags. A usage error says what is missing or wrong.
absl::StatusOr<VerifyOptions> VerifyOptionsOf(const Invocation& invocation);

// Checks what was asked for and prints what holds and what does not; `json`: as one JSON object. On
// a terminal standard error shows how far it is. DATA_LOSS (LEDGER_DAMAGED, of a bundle
// EVIDENCE_UNSOUND) if something does not hold; other errors say why it could not be opened, or
// that the server did not answer within `timeout`.
absl::Status RunVerify(const VerifyOptions& options, bool json, absl::Duration timeout,
                       const Process& process);

}  // namespace trellis::cli
