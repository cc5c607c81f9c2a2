// Help texts, made from the contract's comments.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// What the program is and which groups and commands there are.
std::string ProgramHelp(const CommandTree& tree);

// The commands of `group`.
std::string GroupHelp(const CommandTree& tree, const std::string& group);

// One command: what it does, its flags, an example.
std::string CommandHelp(const CommandTree& tree, const Command& command);

// Help on `topics`: nothing, a group, a command, a group and a command, or `exit-codes`. A usage
// error, which names the nearest topic, if there is no such thing.
absl::StatusOr<std::string> TopicHelp(const CommandTree& tree,
                                      const std::vector<std::string>& topics);

}  // namespace trellis::cli
