// The audit trail: for each event of a plan, by plan and revision, what the log cannot say of the
// event by itself: what it changed, and whether its entry was corrected later. The rest of a
// TrailEntry is read from the log, so that no fact stands in two places; an event that only adds
// something and was never corrected has no row at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "projections/state_change.h"
#include "projections/view_store.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::projections {

// Adds the row of `change` to `rows`, if there is something to say, and for a correction marks the
// row of the event that made the entry. Reads its own rows from `rows`, from those that are not
// written yet, and from the store.
absl::Status ApplyToTrail(const ViewStore& store, const Rows& unwritten, const StateChange& change,
                          Rows& rows);

// An entry for each revision of the plan from `first` to `last`: revision, changes and correction
// marks; the other fields are not set.
absl::StatusOr<std::vector<v1::TrailEntry>> ReadTrail(const ViewStore& store,
                                                      const std::string& name, uint64_t first,
                                                      uint64_t last);

}  // namespace trellis::projections
