// Runs a witness: watches logs and cosigns what they sign, as long as they only grow.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"

namespace trellis::cli {

// Serves until the process is to end. Prints one line once it does, with the address and the public
// key. Errors of witness::Witness and witness::HttpServer; a usage error if a flag is missing.
absl::Status RunWitness(const Invocation& invocation, const Process& process);

}  // namespace trellis::cli
