// The commands that the program does by itself: they follow from no method of the contract.
#pragma once

#include <vector>

#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// In the order in which help shows them.
std::vector<Command> BuiltinCommands();

}  // namespace trellis::cli
