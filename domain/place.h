// Where something is.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace trellis::domain {

// Whether `state`, a message of any aggregate, is of one that is at a school: a plan or an
// induction.
bool IsAtASchool(const google::protobuf::Message& state);

// The URN of the school that `state`, a message of any aggregate, is at now; empty if it is at none
// or does not exist.
std::string SchoolUrnOf(const google::protobuf::Message& state);

}  // namespace trellis::domain
