// Begins a backup and follows it to its end.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/run.h"
#include "clients/trellis/session.h"

namespace trellis::cli {

// Whether `command` begins a backup.
bool IsBackupCommand(const Command& command);

// Begins the backup that `invocation` asks for and prints what came of it, as JSON if `json`; how
// far it is goes to a terminal meanwhile. With --no-wait, prints the operation at once. The error
// of an operation that failed.
absl::Status RunBackup(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process);

}  // namespace trellis::cli
