// Makes an event of a kind that has no frozen one yet.
#pragma once

#include "google/protobuf/descriptor.h"
#include "trellis/v1/events.pb.h"

namespace trellis::testing {

// An event of this kind, a field of the oneof, with all that an event holds: every field that a
// caller or the server sets in it, lists with two items. Its entries are the first of their kinds.
v1::SupportPlanEvent ExampleOf(const google::protobuf::FieldDescriptor& kind);

}  // namespace trellis::testing
