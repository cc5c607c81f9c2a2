#include "clients/trellis/grammar/admin_commands.h"

namespace trellis::cli {

Command OperationCommand(Command command, const OperationsCommand& told) {
  command.description = told.description;
  if (command.name == "operations") return command;
  for (size_t i = 0; i < command.flags.size(); ++i) {
    if (command.flags[i].name != "name") continue;
    command.flags[i].required = true;
    command.flags[i].value = "OPERATION";
    command.positional = "OPERATION";
    command.positional_flag = i;
    command.positionals_max = 1;
  }
  return command;
}

void AddAdminFlags(Command& command) {
  if (command.group != "admin" || command.name != "backup") return;
  command.flags.push_back(
      {.name = "wait", .help = "Waits for its end, and shows how far it is. Default: it does."});
}

}  // namespace trellis::cli
