// How the flags of one command are called.
#pragma once

#include <string>
#include <vector>

#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

struct FlagNames {
  // The shortest name that is this flag's alone.
  std::string shown;
  // The whole path, where it differs.
  std::vector<std::string> aliases;
};

// The names of `leaf` among `leaves`, all of one request, beside the program's own flags.
FlagNames NamesFor(const FieldPath& leaf, const std::vector<FieldPath>& leaves,
                   const std::vector<Flag>& globals);

}  // namespace trellis::cli
