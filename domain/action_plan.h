// What may happen to an action plan, and what each thing that happened means.
//
// Requests have passed Validate. Every rule about who may and when stands in a Decide; Evolve has
// none. An action plan belongs to the training programme, which is never assessed: only the ECT and
// the mentor whom it names write it, and nothing flows from it into a support plan.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/action_plan_events.pb.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/induction_events.pb.h"

namespace trellis::domain {

// What the streams of action plans are called before their id.
inline constexpr absl::string_view kActionPlanStreams = "actionPlans/";

template <>
struct EventOf<v1::ActionPlan> {
  using Type = v1::ActionPlanEvent;
};
template <typename State>
class DraftOn;
using ActionPlanDraft = DraftOn<v1::ActionPlan>;
using ActionPlanDecision = DecisionOn<v1::ActionPlan>;
using ActionPlanDecided = DecidedOn<v1::ActionPlan>;

// Applies `event` to `plan`. Total: every event ever written has a case, for ever. `name` is the
// plan's, set by its first event.
void Evolve(v1::ActionPlan& plan, const std::string& name, const v1::ActionPlanEvent& event,
            const EventFacts& facts);

// Each returns what follows, or a refusal: NOT_FOUND (no such plan or entry), PERMISSION_DENIED
// (neither the ECT nor the mentor of this plan, or the mentor after it was handed over),
// FAILED_PRECONDITION (a rule), INVALID_ARGUMENT (what only the plan's format can tell),
// ALREADY_EXISTS (DraftActionPlan). `plan` is the present state; one that does not exist has
// revision 0.
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::DraftActionPlanRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::SetActionPlanTargetRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::ReviseActionPlanTargetRequest& request, const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::WithdrawActionPlanTargetRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::AddActionStepRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::ReviseActionStepRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::CompleteActionStepRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::WithdrawActionStepRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::AgreeActionPlanRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::ScheduleActionPlanReviewRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::RescheduleActionPlanReviewRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::CompleteActionPlanReviewRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::LinkSupportPlanRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::HandOverActionPlanRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::CloseActionPlanRequest& request,
                         const Context& context);
ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::CorrectActionPlanEntryRequest& request, const Context& context);

// What the end of the programme of `induction`, as `ended` says it, does to an action plan of its
// ECT: unless both stay, one that is open and belongs to no other induction passes to the ECT
// alone.
std::vector<v1::ActionPlanEvent> HandedOverByProgramme(const v1::ActionPlan& plan,
                                                       const v1::Induction& induction,
                                                       const v1::InductionEvent& ended);

// True if the target, or the step, counts: neither withdrawn nor struck out.
bool Stands(const v1::ActionPlanTarget& target);
bool Stands(const v1::ActionStep& step);

// Targets that stand and are not met, and steps to them that stand and are not done, in order.
std::vector<const v1::ActionPlanTarget*> OpenTargets(const v1::ActionPlan& plan);
std::vector<const v1::ActionStep*> OpenSteps(const v1::ActionPlan& plan);

// What the open steps take the ECT, in minutes a week, as estimated.
int MinutesPerWeek(const v1::ActionPlan& plan);

}  // namespace trellis::domain
