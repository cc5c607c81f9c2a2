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
  // A data directory, which is there; or empty, and `url` is the HTTP port of a server, without a
  // slash at its end.
  std::string data;
  std::string url;
  // Of a data directory.
  std::string ledger;
  // The ledger's key; none: the one that lies beside the log. A server's is always given.
  std::optional<proofs::VerifierKey> key;
  // A file with the checkpoint of the server that was seen last, which the next one replaces;
  // empty: none.
  std::string seen;
};

// Reads the flags. A usage error says what is missing or wrong.
absl::StatusOr<VerifyOptions> VerifyOptionsOf(const Invocation& invocation);

// Checks the ledger and prints what holds and what does not; `json`: as one JSON object. On a
// terminal standard error shows how far it is. DATA_LOSS (LEDGER_DAMAGED) if something does not
// hold; other errors say why it could not be opened, or that the server did not answer within
// `timeout`.
absl::Status RunVerify(const VerifyOptions& options, bool json, absl::Duration timeout,
                       const Process& process);

}  // namespace trellis::cli
