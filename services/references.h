// Which other records a request names, found by the contract: the formats of its fields and the
// roles that people are named in.
//
// Concurrency. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::services {

// One record that a request names.
struct Reference {
  // The field, as a path into the request.
  std::string path;
  // The record, such as `people/{uuid}`, whatever form the field has.
  std::string name;
  // The role that a person is named in; unspecified for all others.
  v1::Capacity holds = v1::CAPACITY_UNSPECIFIED;
  // The first day of what names the person; empty if it has none.
  std::string starts_on;
};

// The records that `request` names, in the order of its fields, beside the one it is about. What is
// OUTPUT_ONLY is passed over.
std::vector<Reference> ReferencesIn(const google::protobuf::Message& request);

}  // namespace trellis::services
