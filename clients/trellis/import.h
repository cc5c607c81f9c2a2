// Imports: a CSV file is sent, and the rows that the server refuses are kept.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/run.h"
#include "clients/trellis/session.h"

namespace trellis::cli {

// Whether `command` is an import.
bool IsImportCommand(const Command& command);

// Sends the file that `invocation` names and prints the totals, as JSON if `json`; how far it is
// goes to a terminal meanwhile. FAILED_PRECONDITION (ROWS_REFUSED) if rows were refused: the others
// went in.
absl::Status RunImport(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process);

}  // namespace trellis::cli
