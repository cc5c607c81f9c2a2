// Prints what can still be read of a damaged log.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"

namespace trellis::cli {

// Prints each record that can be read as one JSON object a line, and on standard error what cannot
// be read. DATA_LOSS (LEDGER_DAMAGED) if there is something; the errors of audit::SalvageLedger; a
// usage error if a flag is missing.
absl::Status RunSalvage(const Invocation& invocation, const Process& process);

}  // namespace trellis::cli
