// How much an ECT has on their hands, over all of their plans.
#include <map>

#include "absl/strings/str_cat.h"
#include "domain/action_plan.h"
#include "domain/dates.h"
#include "domain/diary.h"
#include "domain/entries.h"
#include "domain/support_plan.h"

namespace trellis::domain {
namespace {

constexpr int kMinutesPerWeekHint = 90;
constexpr int kOpenTargetsHint = 5;
constexpr int kDueTogetherHint = 3;

template <typename Supporters>
bool IsFor(const Supporters& supporters, const std::string& person) {
  // Nobody named: the ECT.
  if (supporters.empty()) return true;
  for (const v1::Supporter& supporter : supporters) {
    if (supporter.person() == person) return true;
  }
  return false;
}

template <typename Target>
bool Stands(const Target& target) {
  return !IsStruckOut(target) && target.withdrawal_reason().empty() &&
         target.judgement() != v1::MET;
}

void Count(const v1::SupportPlan& plan, v1::Workload& workload) {
  if (plan.state() == v1::SupportPlan::CLOSED) return;
  workload.add_plans(plan.name());
  for (const v1::Target& target : plan.targets()) {
    if (Stands(target)) workload.set_open_targets(workload.open_targets() + 1);
  }
  for (const v1::Action& action : plan.actions()) {
    if (action.completed() || IsStruckOut(action) || !IsFor(action.by(), plan.ect().person())) {
      continue;
    }
    workload.set_open_steps(workload.open_steps() + 1);
    workload.set_steps_without_estimate(workload.steps_without_estimate() + 1);
  }
}

void Count(const v1::ActionPlan& plan, v1::Workload& workload) {
  if (plan.state() == v1::ActionPlan::CLOSED) return;
  workload.add_plans(plan.name());
  for (const v1::ActionPlanTarget& target : plan.targets()) {
    if (Stands(target)) workload.set_open_targets(workload.open_targets() + 1);
  }
  for (const v1::ActionStep& step : plan.steps()) {
    if (step.completed() || IsStruckOut(step) || !step.withdrawal_reason().empty() ||
        !IsFor(step.owners(), plan.ect().person())) {
      continue;
    }
    workload.set_open_steps(workload.open_steps() + 1);
    workload.set_minutes_per_week(workload.minutes_per_week() + step.minutes_per_week());
    if (step.minutes_per_week() == 0) {
      workload.set_steps_without_estimate(workload.steps_without_estimate() + 1);
    }
  }
}

void Hint(const std::string& reason, const std::string& message, v1::Workload& workload) {
  v1::WorkloadHint& hint = *workload.add_hints();
  hint.set_reason(reason);
  hint.set_message(message);
}

int Or(int wanted, int otherwise) { return wanted > 0 ? wanted : otherwise; }

void AddHints(const v1::GetWorkloadRequest& request, v1::Workload& workload) {
  const int minutes = Or(request.minutes_per_week_hint(), kMinutesPerWeekHint);
  if (workload.minutes_per_week() > minutes) {
    Hint("MANY_MINUTES",
         absl::StrCat("the open steps take ", workload.minutes_per_week(),
                      " minutes a week, more than ", minutes),
         workload);
  }
  const int targets = Or(request.open_targets_hint(), kOpenTargetsHint);
  if (workload.open_targets() > targets) {
    Hint("MANY_TARGETS",
         absl::StrCat(workload.open_targets(), " targets are open, more than ", targets), workload);
  }
  const int together = Or(request.due_together_hint(), kDueTogetherHint);
  for (const v1::WorkloadWeek& week : workload.weeks()) {
    if (week.due_size() <= together) continue;
    Hint("MANY_DUE_TOGETHER",
         absl::StrCat(week.due_size(), " things are due in the week from ", week.starts_on(),
                      ", more than ", together),
         workload);
  }
}

// Whether the ECT has something to do by the day of the entry.
bool IsDue(const v1::DiaryEntry& entry) {
  switch (entry.kind()) {
    case v1::DiaryEntry::ACTION:
    case v1::DiaryEntry::TARGET:
    case v1::DiaryEntry::ACTION_STEP:
    case v1::DiaryEntry::ACTION_PLAN_TARGET:
      return IsOpen(entry);
    default:
      return false;
  }
}

}  // namespace

v1::Workload WorkloadOf(const v1::GetWorkloadRequest& request,
                        const std::vector<const google::protobuf::Message*>& states,
                        absl::CivilDay today) {
  v1::Workload workload;
  std::map<std::string, std::vector<std::string>> weeks;
  for (const google::protobuf::Message* const state : states) {
    if (state->GetDescriptor() == v1::SupportPlan::descriptor()) {
      const auto& plan = static_cast<const v1::SupportPlan&>(*state);
      if (plan.ect().person() != request.ect()) continue;
      Count(plan, workload);
    } else if (state->GetDescriptor() == v1::ActionPlan::descriptor()) {
      const auto& plan = static_cast<const v1::ActionPlan&>(*state);
      if (plan.ect().person() != request.ect()) continue;
      Count(plan, workload);
    } else {
      continue;
    }
    for (const v1::DiaryEntry& entry : DiaryOf(*state, today)) {
      if (!IsDue(entry)) continue;
      const absl::CivilDay monday =
          absl::PrevWeekday(*ParseDate(entry.date()) + 1, absl::Weekday::monday);
      weeks[DateText(monday)].push_back(entry.uid());
    }
  }
  for (auto& [monday, due] : weeks) {
    v1::WorkloadWeek& week = *workload.add_weeks();
    week.set_starts_on(monday);
    for (std::string& uid : due) week.add_due(std::move(uid));
  }
  AddHints(request, workload);
  return workload;
}

}  // namespace trellis::domain
