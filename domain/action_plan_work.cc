// What of an action plan still counts, and what it takes.
#include <algorithm>

#include "domain/action_plan.h"
#include "domain/entries.h"

namespace trellis::domain {

bool Stands(const v1::ActionPlanTarget& target) {
  return target.withdrawal_reason().empty() && !IsStruckOut(target);
}

bool Stands(const v1::ActionStep& step) {
  return step.withdrawal_reason().empty() && !IsStruckOut(step);
}

std::vector<const v1::ActionPlanTarget*> OpenTargets(const v1::ActionPlan& plan) {
  std::vector<const v1::ActionPlanTarget*> open;
  for (const v1::ActionPlanTarget& target : plan.targets()) {
    if (Stands(target) && target.judgement() != v1::MET) open.push_back(&target);
  }
  return open;
}

std::vector<const v1::ActionStep*> OpenSteps(const v1::ActionPlan& plan) {
  const std::vector<const v1::ActionPlanTarget*> targets = OpenTargets(plan);
  std::vector<const v1::ActionStep*> open;
  for (const v1::ActionStep& step : plan.steps()) {
    if (!Stands(step) || step.completed()) continue;
    const bool leads_to_open_target =
        std::any_of(targets.begin(), targets.end(), [&](const v1::ActionPlanTarget* target) {
          return target->target_id() == step.target_id();
        });
    if (leads_to_open_target) open.push_back(&step);
  }
  return open;
}

int MinutesPerWeek(const v1::ActionPlan& plan) {
  int minutes = 0;
  for (const v1::ActionStep* const step : OpenSteps(plan)) minutes += step->minutes_per_week();
  return minutes;
}

}  // namespace trellis::domain
