// The commands of the queue that are more than one call.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/run.h"
#include "clients/trellis/session.h"

namespace trellis::cli {

// Whether `command` is one of them.
bool IsQueueCommand(const Command& command);

// Does what `invocation` of such a command asks for, and prints what came of it, as JSON if `json`.
absl::Status RunQueueCommand(const Contract& contract, const Invocation& invocation, bool json,
                             Session& session, const Process& process);

}  // namespace trellis::cli
