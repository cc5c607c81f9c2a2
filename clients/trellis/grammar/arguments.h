// The words of a command line, told apart.
//
// Written by hand and not with an argument library: flags come from the contract at run time, any
// text is a value (also one that begins with a dash or is in brackets), and every mistake is
// answered with one line in our own words that names the nearest right one.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// A flag with its value; `true` or `false` for a boolean.
struct GivenFlag {
  const Flag* flag;
  std::string value;
};

// What was asked for. Points into the tree.
struct Invocation {
  // Null if none was named.
  const Command* command = nullptr;
  // The group that was named, also without a command.
  std::string group;
  std::vector<GivenFlag> flags;
  std::vector<std::string> positionals;
  bool help = false;
  bool version = false;

  // The value of the program's own flag `name`; null if it was not given.
  const std::string* Find(absl::string_view name) const;
  // The values of one that may be repeated, as they were given.
  std::vector<std::string> FindAll(absl::string_view name) const;
};

// Reads `arguments`, without the program's name. Flags are `--flag value` or `--flag=value`, stand
// anywhere (a command's own after it), and `--` ends them. A usage error if a word is unknown, a
// value is missing, a flag that takes one value is given twice, or too much stands without a flag.
absl::StatusOr<Invocation> ParseArguments(const CommandTree& tree,
                                          const std::vector<std::string>& arguments);

}  // namespace trellis::cli
