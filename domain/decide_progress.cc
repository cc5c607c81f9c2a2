// What was done and seen: actions, support, observations, outcomes, and the ECT's own words.
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/draft.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/teachers_standards.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

// Anybody who works on the plan may say what was done: the ECT too can say that support was not
// given. The appropriate body reviews the plan and is not one of them.
constexpr Capacities kParticipants = {v1::ECT, v1::MENTOR, v1::INDUCTION_TUTOR, v1::HEADTEACHER,
                                      v1::SUPPORTER};
constexpr Capacities kObservers = {v1::INDUCTION_TUTOR, v1::HEADTEACHER, v1::SUPPORTER};

absl::StatusOr<Draft> BeginRecording(const Plan& plan, const auto& request, const Context& context,
                                     Capacities allowed, absl::string_view verb) {
  RETURN_IF_ERROR(RequireNotClosed(plan, verb));
  RETURN_IF_ERROR(RequireCapacity(plan, context, allowed, verb));
  return Begin(plan, request, context);
}

}  // namespace

Decided Decide(const Plan& plan, const v1::CompleteActionRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft,
                   BeginRecording(plan, request, context, kParticipants, "complete an action"));
  ASSIGN_OR_RETURN(const v1::Action* const action,
                   RequireEntry<v1::Action>(plan, request.action_id()));
  if (action->completed()) {
    if (action->completion_note() == request.note()) return Decision{};
    return Refusal(
        "ACTION_COMPLETED", request.action_id(),
        absl::StrCat("action ", request.action_id(), " was done on ", action->completed_on(),
                     "; if that is wrong, strike it out and add it anew"));
  }
  v1::SupportPlanEvent event;
  event.mutable_action_completed()->set_action_id(request.action_id());
  event.mutable_action_completed()->set_note(request.note());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::RecordSupportRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft,
                   BeginRecording(plan, request, context, kParticipants, "record support"));
  ASSIGN_OR_RETURN(const v1::Support* const support,
                   RequireEntry<v1::Support>(plan, request.support_id()));
  const v1::Support::State wanted =
      request.delivered() ? v1::Support::DELIVERED : v1::Support::NOT_DELIVERED;
  if (!request.delivered() && request.note().empty()) {
    return Refusal("REASON_MISSING", request.support_id(),
                   absl::StrCat("support ", request.support_id(),
                                " was not given: note is empty, want the reason"));
  }
  if (support->state() == wanted && support->record_note() == request.note()) return Decision{};
  // What was missed can still be given later; what was given cannot become missed.
  if (support->state() == v1::Support::DELIVERED) {
    return Refusal(
        "SUPPORT_DELIVERED", request.support_id(),
        absl::StrCat("support ", request.support_id(), " was given on ", support->recorded_on(),
                     "; if that is wrong, strike it out and arrange it anew"));
  }
  v1::SupportPlanEvent event;
  if (request.delivered()) {
    event.mutable_support_delivered()->set_support_id(request.support_id());
    event.mutable_support_delivered()->set_note(request.note());
  } else {
    event.mutable_support_not_delivered()->set_support_id(request.support_id());
    event.mutable_support_not_delivered()->set_reason(request.note());
  }
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::LogObservationRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft,
                   BeginRecording(plan, request, context, kObservers, "log an observation"));
  RETURN_IF_ERROR(RequireRoom(plan.name(), "observations", plan.observations_size(), kEntriesMax));
  v1::Observation observation = request.observation();
  if (!observation.support_id().empty()) {
    RETURN_IF_ERROR(RequireEntry<v1::Support>(plan, observation.support_id()).status());
  }
  if (!observation.feedback_on().empty() &&
      *ParseDate(observation.feedback_on()) < draft.occurred_on()) {
    return Refusal(
        "FEEDBACK_BEFORE_OBSERVATION", "observation.feedback_on",
        absl::StrCat("observation.feedback_on is ", observation.feedback_on(),
                     ", want no day before the lesson, ", DateText(draft.occurred_on())));
  }
  draft.WarnUnlessSchoolDay("observation.feedback_on", observation.feedback_on());
  if (observation.paired() && observation.observers_size() < 2) {
    draft.Warn("PAIRED_WITH_ONE_OBSERVER", "observation.observers",
               "a paired observation names one observer");
  }
  ClearOutputOnly(observation);
  for (std::string& code : *observation.mutable_standard_codes()) {
    code = FindTeachersStandard(code)->code();
  }
  observation.set_observation_id(NextEntryId('o', plan.observations_size()));
  v1::SupportPlanEvent event;
  *event.mutable_observation_logged()->mutable_observation() = std::move(observation);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::RecordOutcomeRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft,
                   BeginRecording(plan, request, context, kWriters, "record an outcome"));
  RETURN_IF_ERROR(RequireRoom(plan.name(), "outcomes", plan.outcomes_size(), kNotesMax));
  v1::Outcome outcome = request.outcome();
  RETURN_IF_ERROR(RequireEntry<v1::Concern>(plan, outcome.concern_id()).status());
  ClearOutputOnly(outcome);
  outcome.set_outcome_id(NextEntryId('u', plan.outcomes_size()));
  v1::SupportPlanEvent event;
  *event.mutable_outcome_recorded()->mutable_outcome() = std::move(outcome);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::AddCommentRequest& request, const Context& context) {
  // On a closed plan too: the ECT always has the last word.
  RETURN_IF_ERROR(RequireExists(plan));
  RETURN_IF_ERROR(RequireCapacity(plan, context, {v1::ECT}, "add a comment"));
  RETURN_IF_ERROR(RequireRoom(plan.name(), "comments", plan.comments_size(), kNotesMax));
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  v1::Comment comment = request.comment();
  if (!comment.about_id().empty() && FindEntry(plan, comment.about_id()) == nullptr) {
    return EntryNotFound(plan.name(), comment.about_id(), "entry");
  }
  ClearOutputOnly(comment);
  comment.set_comment_id(NextEntryId('m', plan.comments_size()));
  v1::SupportPlanEvent event;
  *event.mutable_comment_added()->mutable_comment() = std::move(comment);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
