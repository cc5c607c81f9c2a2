// How many support plans somebody looks after, and what is due in them. Pure: follows from the
// plans in short and the day alone.
#pragma once

#include <map>
#include <string>

#include "absl/time/civil_time.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/support_plan.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::domain {

// Days after today in which a review counts as due.
inline constexpr int kReviewsDueDays = 7;

// `plan` in short, but for what depends on the day.
v1::SupportPlanSummary SummaryOf(const v1::SupportPlan& plan);

// What of it a caseload counts: nobody's name.
v1::SupportPlanSummary CountedPartOf(const v1::SupportPlanSummary& plan);

// Sets what depends on the day, a date. Nothing is overdue in a plan that is paused or closed.
void JudgeOn(const std::string& today, v1::SupportPlanSummary& plan);

// Counts plans, each given once, as CountedPartOf has it or with more.
class CaseloadCounter {
 public:
  explicit CaseloadCounter(absl::CivilDay today);

  // Plans that follow are at this school, `schools/{urn}`, which gets a row of its own.
  void BeginSchool(const std::string& school);
  void Add(const v1::SupportPlanSummary& plan);

  // What was counted. The counter is of no use after that.
  v1::Caseload Take() &&;

 private:
  const std::string today_, due_until_;
  v1::Caseload caseload_;
  // Plans by the codes of the standards of their open concerns.
  std::map<std::string, int> standards_;
};

}  // namespace trellis::domain
