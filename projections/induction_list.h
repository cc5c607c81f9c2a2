// Inductions in short, found by school, ECT, mentor, tutor or appropriate body.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "projections/listing.h"
#include "projections/view_store.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::projections {

// Adds the row of `induction` to `rows`, and the keys it is found by for the time being.
void AddInductionRow(const v1::Induction& induction, Rows& rows);

// The inductions that meet all conditions of `query` (its page fields are not looked at), ordered
// by name, after the one named `after` (empty: from the start), at most `count` of them.
absl::StatusOr<Listing<v1::InductionSummary>> ListInductionRows(
    const ViewStore& store, const v1::ListInductionsRequest& query, const std::string& after,
    int count);

}  // namespace trellis::projections
