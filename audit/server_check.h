// Audits a ledger from outside, by what its HTTP port serves (C2SP tlog-tiles): that its tree is
// the one that was signed, and the one that was seen before, grown.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/ledger_check.h"
#include "proofs/key.h"
#include "proofs/policy.h"

namespace trellis::audit {

struct ServerCheckOptions {
  // The bytes at a path, such as `checkpoint` or `tile/0/000`. NOT_FOUND if there are none; other
  // errors end the check.
  std::function<absl::StatusOr<std::string>(const std::string& path)> get;
  // The ledger's keys, got from elsewhere, with those of the policy: at least one.
  std::vector<proofs::VerifierKey> keys;
  // Whose cosignatures are wanted under the newest checkpoint.
  proofs::Policy policy = {};
  // The checkpoint that was seen last, a signed note; empty: none.
  std::string seen;
  // As in LedgerCheckOptions.
  std::function<void(const std::string&, uint64_t, uint64_t)> progress = nullptr;
};

struct ServerReport {
  LedgerReport report;
  // What to keep for the next time: the checkpoint that was verified. Empty if anything did not
  // hold.
  std::string newest;
};

// Fetches every entry and every tile, recomputes the root, and checks the checkpoint and the one
// that was seen before. Memory does not grow with the ledger. Errors are those of `get`, and
// INVALID_ARGUMENT if what was seen before is no checkpoint that a key signed.
absl::StatusOr<ServerReport> CheckServer(const ServerCheckOptions& options);

}  // namespace trellis::audit
