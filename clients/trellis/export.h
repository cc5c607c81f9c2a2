// Commands that the server answers with the bytes of a file.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/run.h"
#include "clients/trellis/session.h"

namespace trellis::cli {

// Whether `command` is one.
bool IsExportCommand(const Command& command);

// Asks for the file and writes it to that of --out, for its owner's eyes alone, whole or not at
// all. A file that is there is replaced with --overwrite only; else it is refused before anything
// is asked. Prints its size and digest. The server's errors; UNKNOWN (OUTPUT_LOST) if the disk does
// not take it.
absl::Status RunExport(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process);

}  // namespace trellis::cli
