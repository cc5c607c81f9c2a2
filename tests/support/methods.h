// The rpcs that a server has.
#pragma once

#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace trellis::testing {

// Those of Trellis's own services.
std::vector<const google::protobuf::MethodDescriptor*> AllMethods();
// Likewise, and those of Pub/Sub and of operations.
std::vector<const google::protobuf::MethodDescriptor*> ServedMethods();
// The one of them with this request; null if there is none, as of commands that Trellis alone
// gives.
const google::protobuf::MethodDescriptor* FindMethodFor(const google::protobuf::Message& request);
// Likewise; crashes if there is none.
const google::protobuf::MethodDescriptor& MethodFor(const google::protobuf::Message& request);

}  // namespace trellis::testing
