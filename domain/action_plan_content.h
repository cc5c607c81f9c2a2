// The parts of decisions on action plans that several commands share: who may, and what is added.
// `path` is where an entry stands in the request.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/action_plan.h"
#include "domain/draft.h"

namespace trellis::domain {

// The actor is the ECT of the plan acting as ECT or, unless the plan is the ECT's alone, its mentor
// acting as MENTOR. PERMISSION_DENIED to everybody else: CAPACITY_NOT_ALLOWED, NOT_THE_PARTY,
// ACTION_PLAN_HANDED_OVER.
absl::Status RequireWriter(const v1::ActionPlan& plan, const Context& context,
                           absl::string_view verb);

// The same for one who only reads: the mentor too after it was handed over.
absl::Status RequireReader(const v1::ActionPlan& plan, const Context& context);

// The plan exists and is not CLOSED.
absl::Status RequireNotClosed(const v1::ActionPlan& plan, absl::string_view verb);

// A draft on a plan that is not CLOSED, by somebody who writes it.
template <typename Request>
absl::StatusOr<ActionPlanDraft> BeginWriting(const v1::ActionPlan& plan, const Request& request,
                                             const Context& context, absl::string_view verb) {
  absl::Status status = RequireNotClosed(plan, verb);
  if (status.ok()) status = RequireWriter(plan, context, verb);
  if (!status.ok()) return status;
  return Begin(plan, request, context);
}

// The target, or the step, exists and was not withdrawn.
absl::StatusOr<const v1::ActionPlanTarget*> RequireStandingTarget(const v1::ActionPlan& plan,
                                                                  const std::string& id);
absl::StatusOr<const v1::ActionStep*> RequireStandingStep(const v1::ActionPlan& plan,
                                                          const std::string& id);

// The part of a plan that ActionPlanDrafted holds: all but its entries, with defaults. Refused:
// INVALID_ARGUMENT (a school year that is none, an end before the start, a format that cannot be
// planned in, links that are not https), ECT_HAS_OTHER_ROLE.
absl::StatusOr<v1::ActionPlan> HeadingOf(const v1::ActionPlan& said, absl::CivilDay drafted_on);

// The target's codes, notes and cells fit the plan: INVALID_ARGUMENT, or INDUCTION_MISSING where it
// names session notes and the plan no induction. Warns of its due date, at `due_path`.
absl::Status CheckTarget(ActionPlanDraft& draft, const v1::ActionPlanTarget& target,
                         const std::string& path, const std::string& due_path);
// Warns of the step's due date, at `due_path`.
void WarnOfStepDate(ActionPlanDraft& draft, const v1::ActionStep& step,
                    const std::string& due_path);

absl::Status AddTarget(ActionPlanDraft& draft, v1::ActionPlanTarget target,
                       const std::string& path);
absl::Status AddStep(ActionPlanDraft& draft, v1::ActionStep step, const std::string& path);
// Schedules a review, moved to a working day if it must be, which is said as a warning. Its date
// stands at `path`.
absl::Status AddReview(ActionPlanDraft& draft, v1::ActionPlanReview review,
                       const std::string& path);

// True if a review is planned for this day; for any day at all if it is empty.
bool IsReviewPlanned(const v1::ActionPlan& plan, const std::string& day);

}  // namespace trellis::domain
