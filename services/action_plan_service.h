// ActionPlanService: one line for each command, a function for each read.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "trellis/v1/action_plan_service.pb.h"

namespace trellis::services {

// The plan at that moment, if the caller may read it: PERMISSION_DENIED unless that is its ECT or
// mentor, acting as such.
absl::StatusOr<v1::ActionPlan> PlanForReader(const Rooms& rooms, const Caller& caller,
                                             const std::string& name, const Moment& moment);

// See the rpcs of the same names. PERMISSION_DENIED unless the caller is the plan's ECT or mentor,
// acting as such.
absl::StatusOr<v1::ActionPlan> GetActionPlan(const Rooms& rooms, const Caller& caller,
                                             const v1::GetActionPlanRequest& request);
absl::StatusOr<v1::RenderActionPlanResponse> RenderActionPlan(
    const Rooms& rooms, const Caller& caller, const v1::RenderActionPlanRequest& request);
// Likewise for a stored plan; one that is not stored is anybody's to check.
absl::StatusOr<v1::CheckSmartResponse> CheckSmart(const Rooms& rooms, const Caller& caller,
                                                  const v1::CheckSmartRequest& request);

// See the rpc of the same name. Plans in short hold nothing that was written in them.
absl::StatusOr<v1::ListActionPlansResponse> ListActionPlans(
    const Rooms& rooms, const v1::ListActionPlansRequest& request);

// The handlers of every rpc of ActionPlanService.
std::map<std::string, Handler> ActionPlanHandlers(const Rooms& rooms);

}  // namespace trellis::services
