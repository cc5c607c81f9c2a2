// Targets and steps: set, revised, done, withdrawn.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/action_plan_content.h"
#include "domain/requires.h"
#include "domain/teachers_standards.h"
#include "google/protobuf/util/message_differencer.h"

namespace trellis::domain {
namespace {

using google::protobuf::util::MessageDifferencer;

// What two people agreed is not changed without a word.
absl::Status RequireReason(const v1::ActionPlan& plan, const std::string& reason,
                           const std::string& id) {
  if (plan.state() != v1::ActionPlan::AGREED || !reason.empty()) return absl::OkStatus();
  return Refusal(
      "REASON_MISSING", id,
      absl::StrCat(plan.name(), " is AGREED: revising ", id, " has an empty reason, want why"));
}

// A step that was done is a fact; a mistake in it is corrected.
absl::StatusOr<const v1::ActionStep*> RequireOpenStep(const v1::ActionPlan& plan,
                                                      const std::string& id) {
  ASSIGN_OR_RETURN(const v1::ActionStep* const step, RequireStandingStep(plan, id));
  if (!step->completed()) return step;
  return Refusal("STEP_COMPLETED", id,
                 absl::StrCat("step ", id, " of ", plan.name(), " was done on ",
                              step->completed_on(), "; if that is wrong, strike it out"));
}

// A list that is given replaces the earlier one as a whole.
template <typename List>
void Replace(const List& wanted, List& present) {
  if (!wanted.empty()) present = wanted;
}

void Replace(const std::string& wanted, std::string& present) {
  if (!wanted.empty()) present = wanted;
}

void ReplaceCells(const v1::ReviseActionPlanTargetRequest& request, v1::ActionPlanTarget& target) {
  for (const v1::Cell& wanted : request.cells()) {
    v1::Cell* cell = nullptr;
    for (v1::Cell& present : *target.mutable_cells()) {
      if (present.key() == wanted.key()) cell = &present;
    }
    *(cell == nullptr ? target.add_cells() : cell) = wanted;
  }
}

// The target as the request leaves it.
v1::ActionPlanTarget Revised(v1::ActionPlanTarget target,
                             const v1::ReviseActionPlanTargetRequest& request) {
  Replace(request.statement(), *target.mutable_statement());
  Replace(request.success_measure(), *target.mutable_success_measure());
  Replace(request.why_achievable(), *target.mutable_why_achievable());
  Replace(request.standard_codes(), *target.mutable_standard_codes());
  for (std::string& code : *target.mutable_standard_codes()) {
    code = FindTeachersStandard(code)->code();
  }
  Replace(request.framework_codes(), *target.mutable_framework_codes());
  Replace(request.note_ids(), *target.mutable_note_ids());
  Replace(request.due_on(), *target.mutable_due_on());
  ReplaceCells(request, target);
  return target;
}

v1::ActionStep Revised(v1::ActionStep step, const v1::ReviseActionStepRequest& request) {
  Replace(request.statement(), *step.mutable_statement());
  Replace(request.owners(), *step.mutable_owners());
  Replace(request.due_on(), *step.mutable_due_on());
  if (request.minutes_per_week() > 0) step.set_minutes_per_week(request.minutes_per_week());
  Replace(request.supported_by(), *step.mutable_supported_by());
  return step;
}

}  // namespace

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::SetActionPlanTargetRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "set a target"));
  RETURN_IF_ERROR(AddTarget(draft, request.target(), "target"));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::ReviseActionPlanTargetRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "revise a target"));
  ASSIGN_OR_RETURN(const v1::ActionPlanTarget* const target,
                   RequireStandingTarget(plan, request.target_id()));
  v1::ActionPlanTarget revised = Revised(*target, request);
  if (MessageDifferencer::Equals(revised, *target)) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireReason(plan, request.reason(), request.target_id()));
  RETURN_IF_ERROR(CheckTarget(draft, revised, "", "due_on"));
  revised.clear_entry();
  revised.clear_judgement();
  revised.clear_revision_reason();
  v1::ActionPlanEvent event;
  *event.mutable_action_plan_target_revised()->mutable_target() = std::move(revised);
  event.mutable_action_plan_target_revised()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::WithdrawActionPlanTargetRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "withdraw a target"));
  ASSIGN_OR_RETURN(const v1::ActionPlanTarget* const target,
                   RequireEntry<v1::ActionPlanTarget>(plan, request.target_id()));
  if (target->withdrawal_reason() == request.reason()) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireStandingTarget(plan, request.target_id()).status());
  v1::ActionPlanEvent event;
  event.mutable_action_plan_target_withdrawn()->set_target_id(request.target_id());
  event.mutable_action_plan_target_withdrawn()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::AddActionStepRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "add a step"));
  RETURN_IF_ERROR(AddStep(draft, request.step(), "step"));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::ReviseActionStepRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "revise a step"));
  ASSIGN_OR_RETURN(const v1::ActionStep* const step, RequireOpenStep(plan, request.step_id()));
  RETURN_IF_ERROR(RequireStandingTarget(plan, step->target_id()).status());
  v1::ActionStep revised = Revised(*step, request);
  if (MessageDifferencer::Equals(revised, *step)) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireReason(plan, request.reason(), request.step_id()));
  WarnOfStepDate(draft, revised, "due_on");
  revised.clear_entry();
  revised.clear_revision_reason();
  v1::ActionPlanEvent event;
  *event.mutable_action_step_revised()->mutable_step() = std::move(revised);
  event.mutable_action_step_revised()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::CompleteActionStepRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "complete a step"));
  ASSIGN_OR_RETURN(const v1::ActionStep* const step, RequireStandingStep(plan, request.step_id()));
  if (step->completed() && step->completion_note() == request.note()) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireOpenStep(plan, request.step_id()).status());
  v1::ActionPlanEvent event;
  event.mutable_action_step_completed()->set_step_id(request.step_id());
  event.mutable_action_step_completed()->set_note(request.note());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::WithdrawActionStepRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "withdraw a step"));
  ASSIGN_OR_RETURN(const v1::ActionStep* const step,
                   RequireEntry<v1::ActionStep>(plan, request.step_id()));
  if (step->withdrawal_reason() == request.reason()) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireOpenStep(plan, request.step_id()).status());
  v1::ActionPlanEvent event;
  event.mutable_action_step_withdrawn()->set_step_id(request.step_id());
  event.mutable_action_step_withdrawn()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
