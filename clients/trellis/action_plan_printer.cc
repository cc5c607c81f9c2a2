#include "absl/strings/str_cat.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

std::string ActionPlansText(const v1::ListActionPlansResponse& list) {
  if (list.action_plans().empty()) return "no plans\n";
  Rows rows = {{"PLAN", "REVISION", "STATE", "YEAR", "ECT", "MENTOR", "SCHOOL", "TARGETS", "STEPS",
                "MINUTES A WEEK", "NEXT REVIEW"}};
  for (const v1::ActionPlanSummary& plan : list.action_plans()) {
    rows.push_back(
        {plan.name(), absl::StrCat(plan.revision()),
         SpokenWords(v1::ActionPlan::State_Name(plan.state())), plan.academic_year(),
         plan.ect().name(), plan.mentor().name(), plan.school().name(),
         absl::StrCat(plan.open_targets()), absl::StrCat(plan.open_steps()),
         absl::StrCat(plan.minutes_per_week()),
         absl::StrCat(plan.next_review_on(), plan.review_overdue() ? " (overdue)" : "")});
  }
  return AlignedTable(rows);
}

std::string SmartText(const v1::CheckSmartResponse& checked) {
  if (checked.targets().empty()) return "no open targets\n";
  Rows rows = {{"TARGET", "LETTER", "FOUND", "HINT"}};
  for (const v1::TargetSmartness& target : checked.targets()) {
    for (const v1::SmartFinding& finding : target.findings()) {
      rows.push_back({target.target_id(), SpokenWords(v1::SmartLetter_Name(finding.letter())),
                      finding.ok() ? "ok" : "missing", finding.hint()});
    }
  }
  return AlignedTable(rows);
}

}  // namespace trellis::cli
