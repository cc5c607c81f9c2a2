// Lists and counts of the plans of a tutor, a school, a trust, an appropriate body or a contact of
// one.
#pragma once

#include "absl/status/statusor.h"
#include "services/aggregate_service.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::services {

absl::StatusOr<v1::ListSupportPlansResponse> ListSupportPlans(
    const Rooms& rooms, const v1::ListSupportPlansRequest& request);

// INVALID_ARGUMENT unless exactly one of whom it can be of is set; NOT_FOUND if it is a trust or
// a body that there is not.
absl::StatusOr<v1::Caseload> GetCaseload(const Rooms& rooms, const v1::GetCaseloadRequest& request);

}  // namespace trellis::services
