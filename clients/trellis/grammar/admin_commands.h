// The commands for whoever runs a ledger beside those of AdminService.
#pragma once

#include <vector>

#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// What is told of a method of google.longrunning.Operations in place of Google's words.
struct OperationsCommand {
  const char* method;
  const char* description;
};

// Those of them that are commands, in the order in which help lists them.
inline constexpr OperationsCommand kOperationsCommands[] = {
    {"google.longrunning.Operations.ListOperations",
     "What the server is doing that takes long, and what became of it, newest first. It "
     "forgets all of it when it ends."},
    {"google.longrunning.Operations.GetOperation", "How far one operation is."},
    {"google.longrunning.Operations.CancelOperation",
     "Ends an operation soon, without its result."}};

// Makes the command of such a method say what is true of it here.
Command OperationCommand(Command command, const OperationsCommand& told);

// Adds what no field of the request says: whether to wait for the end.
void AddAdminFlags(Command& command);

}  // namespace trellis::cli
