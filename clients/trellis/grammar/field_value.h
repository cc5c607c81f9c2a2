// Text from the command line as the value of a field.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "clients/trellis/grammar/command_tree.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

// Puts `text` into the field of `request` that `flag` stands for: sets it, or adds to a list.
// `called` is what the caller calls it, for the error, such as `--due-on`. A bare UUID becomes the
// name of a plan or a person where one is wanted. A usage error if the text does not fit; what only
// the server can judge is left to it.
absl::Status PutValue(const Flag& flag, const std::string& called, const std::string& text,
                      google::protobuf::Message& request);

// Empties the list of `request` that `flag` stands for.
void ClearValue(const Flag& flag, google::protobuf::Message& request);

}  // namespace trellis::cli
