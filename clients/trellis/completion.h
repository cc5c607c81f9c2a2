// Scripts that make a shell complete commands and flags.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// The script for `shell`: `bash`, `zsh` (bash's, through bashcompinit) or `fish`. It holds the
// whole tree and runs no program. A usage error if there is no such shell.
absl::StatusOr<std::string> CompletionScript(const CommandTree& tree, const std::string& shell);

}  // namespace trellis::cli
