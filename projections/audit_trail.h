// The audit trail: a row for each event of a plan, by plan and revision. A row holds what the log
// cannot say of an event by itself: what it changed, and whether its entry was corrected later.
// The rest of a TrailEntry is read from the log, so that no fact stands in two places.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "projections/plan_change.h"
#include "projections/view_store.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::projections {

// Adds the row of `change` to `rows` and, for a correction, marks the row of the event that made
// the entry; reads its own rows from `rows` and `store`.
absl::Status ApplyToTrail(const ViewStore& store, const PlanChange& change, Rows& rows);

// The rows of the plan from revision `first` on, at most `count`: position, revision, changes and
// correction marks of each; the other fields are not set.
absl::StatusOr<std::vector<v1::TrailEntry>> ReadTrail(const ViewStore& store,
                                                      const std::string& name, uint64_t first,
                                                      int count);

}  // namespace trellis::projections
