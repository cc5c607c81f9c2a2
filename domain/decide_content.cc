// What is agreed: concerns, targets, actions and support.
#include <utility>

#include "base/status_macros.h"
#include "domain/content.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

absl::StatusOr<Draft> BeginWriting(const Plan& plan, const auto& request, const Context& context,
                                   absl::string_view verb) {
  RETURN_IF_ERROR(RequireActive(plan, verb));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, verb));
  return Begin(plan, request, context);
}

}  // namespace

Decided Decide(const Plan& plan, const v1::RaiseConcernRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "raise a concern"));
  RETURN_IF_ERROR(AddConcern(draft, request.concern(), "concern"));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ResolveConcernRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "resolve a concern"));
  ASSIGN_OR_RETURN(const v1::Concern* const concern,
                   RequireEntry<v1::Concern>(plan, request.concern_id()));
  if (concern->state() == v1::Concern::RESOLVED && concern->resolution() == request.resolution()) {
    return Decision{};
  }
  RETURN_IF_ERROR(RequireOpenConcern(plan, request.concern_id()));
  v1::SupportPlanEvent event;
  event.mutable_concern_resolved()->set_concern_id(request.concern_id());
  event.mutable_concern_resolved()->set_resolution(request.resolution());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::SetTargetRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "set a target"));
  RETURN_IF_ERROR(AddTarget(draft, request.target(), "target"));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ReviseTargetRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "revise a target"));
  ASSIGN_OR_RETURN(const v1::Target* const target,
                   RequireStandingTarget(plan, request.target_id(), ""));
  RETURN_IF_ERROR(RequireOpenConcern(plan, target->concern_id()));
  const auto revised = [](const std::string& wanted, const std::string& present) {
    return wanted.empty() ? present : wanted;
  };
  // The whole target, not a difference: a reader of the trail sees what was in force.
  v1::SupportPlanEvent event;
  v1::TargetRevised& fact = *event.mutable_target_revised();
  fact.set_target_id(request.target_id());
  fact.set_statement(revised(request.statement(), target->statement()));
  fact.set_success_measure(revised(request.success_measure(), target->success_measure()));
  fact.set_due_on(revised(request.due_on(), target->due_on()));
  fact.set_reason(request.reason());
  if (fact.statement() == target->statement() &&
      fact.success_measure() == target->success_measure() && fact.due_on() == target->due_on()) {
    return Decision{};
  }
  WarnOfDueDate(draft, request.due_on(), "due_on");
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::WithdrawTargetRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "withdraw a target"));
  ASSIGN_OR_RETURN(const v1::Target* const target,
                   RequireEntry<v1::Target>(plan, request.target_id()));
  if (target->withdrawal_reason() == request.reason()) return Decision{};
  RETURN_IF_ERROR(RequireStandingTarget(plan, request.target_id(), "").status());
  v1::SupportPlanEvent event;
  event.mutable_target_withdrawn()->set_target_id(request.target_id());
  event.mutable_target_withdrawn()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::AddActionRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "add an action"));
  RETURN_IF_ERROR(AddAction(draft, request.action(), "action"));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ArrangeSupportRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginWriting(plan, request, context, "arrange support"));
  RETURN_IF_ERROR(AddSupport(draft, request.support(), "support"));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
