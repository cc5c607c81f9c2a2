// Who was erased.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Adds the row of `state` if it is a person who was erased.
void AddErasureRow(const google::protobuf::Message& state, Rows& rows);

struct ErasedPerson {
  // `people/{uuid}`.
  std::string name;
  // Nothing is left to do about it.
  bool complete = false;
};

// All of them, ordered by name.
absl::StatusOr<std::vector<ErasedPerson>> ErasedPeople(const ViewStore& store);

}  // namespace trellis::projections
