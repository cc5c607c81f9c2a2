// The contract as a sorted list of lines, each of which is a promise to those who stored or sent a
// message: a field's number, name, type and label, an enum's values, a method's request and reply.
#pragma once

#include <set>
#include <string>

#include "google/protobuf/descriptor.pb.h"

namespace trellis::testing {

// The lines for the files of ours in `files`: those of packages `trellis.…`.
std::set<std::string> ListingOf(const google::protobuf::FileDescriptorSet& files);

}  // namespace trellis::testing
