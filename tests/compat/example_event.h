// Makes an event of a kind that has no frozen one yet.
#pragma once

#include <memory>

#include "domain/aggregate.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace trellis::testing {

// An event of the aggregate and of this kind, a field of the oneof, with all that an event holds:
// every field that a caller or the server sets in it, lists with two items. Its entries are the
// first of their kinds.
std::unique_ptr<google::protobuf::Message> ExampleOf(const domain::Aggregate& aggregate,
                                                     const google::protobuf::FieldDescriptor& kind);

}  // namespace trellis::testing
