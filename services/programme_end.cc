#include "services/programme_end.h"

#include <utility>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/action_plan.h"

namespace trellis::services {
namespace {

absl::Status HandOverPlansOf(projections::Views& views, const v1::Induction& induction,
                             const v1::InductionEvent& ended, Outcome& outcome) {
  ASSIGN_OR_RETURN(const std::vector<std::string> streams,
                   views.StreamsOfPerson(induction.ect().person()));
  for (const std::string& stream : streams) {
    if (!absl::StartsWith(stream, domain::kActionPlanStreams)) continue;
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(stream));
    if (row == nullptr) continue;
    StreamEvents plan{.stream = stream, .revision = row->revision, .events = {}};
    for (const v1::ActionPlanEvent& event :
         domain::HandedOverByProgramme(row->as<v1::ActionPlan>(), induction, ended)) {
      AddEvent(event, plan.events, outcome);
    }
    if (!plan.events.empty()) outcome.elsewhere.push_back(std::move(plan));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status HandOverActionPlans(projections::Views& views, const v1::Induction& induction,
                                 const domain::DecisionOn<v1::Induction>& decision,
                                 Outcome& outcome) {
  for (const v1::InductionEvent& event : decision.events) {
    if (!event.has_programme_completed()) continue;
    RETURN_IF_ERROR(HandOverPlansOf(views, induction, event, outcome));
  }
  return absl::OkStatus();
}

}  // namespace trellis::services
