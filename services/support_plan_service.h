// SupportPlanService: one line for each command, a function for each read.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"

namespace trellis::services {

// The plan as it is, or as of a revision or a time. NOT_FOUND if it does not exist or did not then;
// INVALID_ARGUMENT if both a revision and a time are asked for.
absl::StatusOr<v1::SupportPlan> GetSupportPlan(const Rooms& rooms,
                                               const v1::GetSupportPlanRequest& request);

// See the rpc of the same name.
absl::StatusOr<v1::RenderSupportPlanResponse> RenderSupportPlan(
    const Rooms& rooms, const v1::RenderSupportPlanRequest& request);

// The handlers of every rpc of SupportPlanService.
std::map<std::string, Handler> SupportPlanHandlers(const Rooms& rooms);

}  // namespace trellis::services
