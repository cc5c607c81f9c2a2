// Which plans and inductions may have entries in the diary of a person, or of a school. The entries
// themselves follow from the present states when they are asked for: dates move, and what is
// overdue changes overnight.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Adds to `rows` the keys that `state` is found by; those of its parties only if it `is_new` or its
// parties can change or have. Rows are never removed: who has no part any more is passed over by
// readers.
void AddDiaryRows(const google::protobuf::Message& state, bool is_new, Rows& rows);

// The names of the streams with a part for this person (`people/{uuid}`), or of this school (its
// URN): in order of their names.
absl::StatusOr<std::vector<std::string>> StreamsOfPerson(const ViewStore& store,
                                                         const std::string& person);
absl::StatusOr<std::vector<std::string>> StreamsOfSchool(const ViewStore& store,
                                                         const std::string& urn);

}  // namespace trellis::projections
