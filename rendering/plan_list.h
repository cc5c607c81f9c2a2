// A list of plans as a page.
#pragma once

#include <string>

#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::rendering {

// The plans as a table, each with a link to `/supportPlans/{uuid}`.
std::string PlanListAsHtml(const v1::ListSupportPlansResponse& plans);

}  // namespace trellis::rendering
