// What commands can meet: the states that the scenarios reach, each with who acts then.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/scenarios/given_when_then.h"

namespace trellis::fuzz {

struct Situation {
  testing::AnyMessage state;
  // Of the command that led here.
  absl::CivilDay today;
  absl::Time now;
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
};

// Of each state that looks different from afar one for each capacity, also of what does not exist
// yet.
const std::vector<Situation>& SituationsOf(const domain::Aggregate& aggregate);

// Sets the command that has a request of this type; false if none has.
bool PutInto(v1::Command& command, const google::protobuf::Message& request);

domain::Context ContextOf(const Situation& situation, const v1::Command& command);

}  // namespace trellis::fuzz
