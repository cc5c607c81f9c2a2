// Action plans in short, found by school, ECT or mentor.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "projections/listing.h"
#include "projections/view_store.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/action_plan_service.pb.h"

namespace trellis::projections {

// Adds the row of `plan` to `rows` and, if `is_new`, the keys it is found by.
void AddActionPlanRow(const v1::ActionPlan& plan, bool is_new, Rows& rows);

// The plans that meet all conditions of `query` (its page fields are not looked at), ordered by
// name, after the plan named `after` (empty: from the start), at most `count` of them. A review is
// overdue if it was planned for a day before `today`.
absl::StatusOr<Listing<v1::ActionPlanSummary>> ListActionPlanRows(
    const ViewStore& store, const v1::ListActionPlansRequest& query, const std::string& after,
    int count, absl::CivilDay today);

}  // namespace trellis::projections
