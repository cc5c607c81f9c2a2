// Checks a ledger, and says in words what holds.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"
#include "proofs/key.h"

namespace trellis::cli {

struct VerifyOptions {
  // A data directory, which is there.
  std::string data;
  std::string ledger;
  // The ledger's key; none: the one that lies beside the log.
  std::optional<proofs::VerifierKey> key;
};

// Reads `--data`, `--ledger` and `--key`. A usage error says what is missing or wrong.
absl::StatusOr<VerifyOptions> VerifyOptionsOf(const Invocation& invocation);

// Checks the ledger and prints what holds and what does not; `json`: as one JSON object. On a
// terminal standard error shows how far it is. DATA_LOSS (LEDGER_DAMAGED) if something does not
// hold; other errors say why it could not be opened.
absl::Status RunVerify(const VerifyOptions& options, bool json, const Process& process);

}  // namespace trellis::cli
