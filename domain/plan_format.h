// Planning formats: the columns that a plan is drafted and shown in. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/error.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/plan_format.pb.h"

namespace trellis::domain {

// The built-in format, for those who have no other: its prompts are those of the mentor sessions.
const v1::PlanFormat& StandardPlanFormat();

// True if a column of this key shows what Trellis knows of a target; any other is filled by cells.
bool IsOwnColumn(absl::string_view key);

// What is wrong with a format beyond what its fields say: keys of another form, a key twice, no
// column for the statement. `path` is where it stands in the request. None: it can be planned in.
std::vector<FieldViolation> WhyNoPlanFormat(const v1::PlanFormat& format, const std::string& path);

// The keys of the required columns that are empty for this target, in their order. `progress` comes
// with the reviews and is never missing.
std::vector<std::string> EmptyRequiredColumns(const v1::ActionPlan& plan,
                                              const v1::ActionPlanTarget& target);

}  // namespace trellis::domain
