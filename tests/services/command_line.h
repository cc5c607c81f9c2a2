// The command line against a server in this process.
#pragma once

#include <string>
#include <vector>

#include "tests/clients/program.h"
#include "tests/support/lifecycle.h"

namespace trellis::services {

// The exit code of `trellis` with these arguments, given by `actor` at the server at `address`; all
// that it prints goes to `said`.
inline int RunTrellis(std::vector<std::string> arguments, const std::string& address,
                      const testing::Actor& actor, std::string& said) {
  arguments.insert(arguments.end(),
                   {"--server", address, "--as", actor.party.person(), "--as-name",
                    actor.party.name(), "--capacity", v1::Capacity_Name(actor.capacity)});
  cli::Program program;
  const int code = program.Run(arguments);
  said = program.out() + program.err();
  return code;
}

}  // namespace trellis::services
