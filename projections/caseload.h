// The caseload: every plan in short, found by school, ECT or induction tutor.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "projections/view_store.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::projections {

// Adds the row of `plan` to `rows` and, if it `is_new` or its tutor or school has ever changed, the
// keys it is found by. A key of somebody who has no part any more finds a row that is passed over.
void AddCaseloadRow(const v1::SupportPlan& plan, bool is_new, Rows& rows);

// Whether a plan's review is overdue on `today`: planned for an earlier day while it is ACTIVE.
bool IsReviewOverdue(const v1::SupportPlanSummary& plan, absl::CivilDay today);

struct CaseloadPage {
  std::vector<v1::SupportPlanSummary> plans;
  // True if there are more after the last of `plans`.
  bool more = false;
};

// The plans that meet all conditions of `query` (its page fields are not looked at), ordered by
// name, after the plan named `after` (empty: from the start), at most `count` of them.
absl::StatusOr<CaseloadPage> ListCaseload(const ViewStore& store,
                                          const v1::ListSupportPlansRequest& query,
                                          const std::string& after, int count,
                                          absl::CivilDay today);

}  // namespace trellis::projections
