// Where something is.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace trellis::domain {

// The URN of the school that `state`, a message of any aggregate, is at now; empty if it is at none
// or does not exist.
std::string SchoolUrnOf(const google::protobuf::Message& state);

}  // namespace trellis::domain
