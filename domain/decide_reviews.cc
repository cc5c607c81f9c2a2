// Reviews: planned, moved, held, missed.
#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "domain/content.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

absl::StatusOr<Draft> BeginReview(const Plan& plan, const auto& request, const Context& context,
                                  absl::string_view verb) {
  RETURN_IF_ERROR(RequireActive(plan, verb));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, verb));
  return Begin(plan, request, context);
}

absl::StatusOr<const v1::Review*> RequireScheduled(const Plan& plan, const std::string& id) {
  ASSIGN_OR_RETURN(const v1::Review* const review, RequireEntry<v1::Review>(plan, id));
  if (review->state() == v1::Review::SCHEDULED) return review;
  return Refusal("REVIEW_NOT_SCHEDULED", id,
                 absl::StrCat("review ", id, " of ", plan.name(), " is ",
                              v1::Review::State_Name(review->state()), ", want SCHEDULED"));
}

// True if the review looks at the concern: it is named, or the review names none.
bool Covers(const v1::Review& review, const std::string& concern_id) {
  const auto& ids = review.concern_ids();
  return ids.empty() || std::find(ids.begin(), ids.end(), concern_id) != ids.end();
}

// The targets that the review must judge: those that stand under open concerns it looks at; of
// them only its own where it has one.
std::vector<std::string> TargetsToJudge(const Plan& plan, const v1::Review& review) {
  std::vector<std::string> ids;
  for (const v1::Target& target : plan.targets()) {
    if (!review.target_id().empty() && target.target_id() != review.target_id()) continue;
    if (!target.withdrawal_reason().empty() || IsStruckOut(target)) continue;
    if (!Covers(review, target.concern_id())) continue;
    if (!RequireOpenConcern(plan, target.concern_id()).ok()) continue;
    ids.push_back(target.target_id());
  }
  return ids;
}

absl::Status CheckJudgements(const Plan& plan, const v1::Review& review,
                             const v1::CompleteReviewRequest& request) {
  std::vector<std::string> judged;
  for (const v1::TargetJudgement& judgement : request.judgements()) {
    RETURN_IF_ERROR(RequireStandingTarget(plan, judgement.target_id(), "").status());
    if (std::find(judged.begin(), judged.end(), judgement.target_id()) != judged.end()) {
      return Refusal("TARGET_JUDGED_TWICE", judgement.target_id(),
                     absl::StrCat("target ", judgement.target_id(), " is judged twice"));
    }
    judged.push_back(judgement.target_id());
  }
  std::string missing;
  for (const std::string& id : TargetsToJudge(plan, review)) {
    if (std::find(judged.begin(), judged.end(), id) != judged.end()) continue;
    absl::StrAppend(&missing, missing.empty() ? "" : ", ", id);
  }
  if (missing.empty()) return absl::OkStatus();
  return Refusal("JUDGEMENT_MISSING", review.review_id(),
                 absl::StrCat("review ", review.review_id(), " judges ", judged.size(),
                              " targets; no judgement for ", missing));
}

bool HasOpenConcern(const Plan& plan) {
  return std::any_of(plan.concerns().begin(), plan.concerns().end(), [](const auto& concern) {
    return concern.state() == v1::Concern::OPEN && !IsStruckOut(concern);
  });
}

// Schedules the next review where `date` names one; warns if there is none at all.
absl::Status ScheduleNext(Draft& draft, const std::string& date, const std::string& path) {
  const auto& reviews = draft.state().reviews();
  const auto is_planned_on = [&](const std::string& day) {
    return std::any_of(reviews.begin(), reviews.end(), [&](const v1::Review& review) {
      return review.state() == v1::Review::SCHEDULED && !IsStruckOut(review) &&
             (day.empty() || review.scheduled_on() == day);
    });
  };
  if (date.empty()) {
    if (HasOpenConcern(draft.state()) && !is_planned_on("")) {
      draft.Warn("NO_REVIEW_PLANNED", path,
                 "concerns are open, and no further review is planned: nothing will fall overdue");
    }
    return absl::OkStatus();
  }
  const absl::CivilDay wanted = *ParseDate(date);
  if (is_planned_on(DateText(WorkingDayFrom(wanted)))) return absl::OkStatus();
  return AddReviewOn(draft, v1::Review(), wanted, path);
}

// On a paused plan one can still record a review that was held before the pause; what comes next is
// agreed when the plan goes on.
absl::Status RequireNotHeldWhilePaused(const Plan& plan, absl::CivilDay held_on,
                                       const v1::CompleteReviewRequest& request) {
  if (plan.state() == v1::SupportPlan::PAUSED && request.next_review_on().empty() &&
      DateText(held_on) < plan.pauses(plan.pauses_size() - 1).paused_on()) {
    return absl::OkStatus();
  }
  return RequireActive(plan, "complete a review");
}

}  // namespace

Decided Decide(const Plan& plan, const v1::ScheduleReviewRequest& request, const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginReview(plan, request, context, "schedule a review"));
  RETURN_IF_ERROR(AddReview(draft, request.review(), "review"));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::RescheduleReviewRequest& request,
               const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginReview(plan, request, context, "reschedule a review"));
  ASSIGN_OR_RETURN(const v1::Review* const review, RequireScheduled(plan, request.review_id()));
  const absl::CivilDay wanted = *ParseDate(request.scheduled_on());
  if (review->scheduled_on() == DateText(WorkingDayFrom(wanted))) return Decision{};
  RETURN_IF_ERROR(RequireReviewDay(draft, WorkingDayFrom(wanted), "scheduled_on"));
  MoveReview(draft, request.review_id(), wanted, request.reason(), "scheduled_on");
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::CompleteReviewRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "complete a review"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, "complete a review"));
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  RETURN_IF_ERROR(RequireNotHeldWhilePaused(plan, draft.occurred_on(), request));
  ASSIGN_OR_RETURN(const v1::Review* const review, RequireScheduled(plan, request.review_id()));
  RETURN_IF_ERROR(CheckJudgements(plan, *review, request));
  v1::SupportPlanEvent event;
  event.mutable_review_completed()->set_review_id(request.review_id());
  *event.mutable_review_completed()->mutable_judgements() = request.judgements();
  draft.Emit(std::move(event));
  for (const v1::Outcome& said : request.outcomes()) {
    const int size = draft.state().outcomes_size();
    RETURN_IF_ERROR(RequireRoom(plan.name(), "outcomes", size, kNotesMax));
    RETURN_IF_ERROR(RequireEntry<v1::Concern>(plan, said.concern_id()).status());
    v1::SupportPlanEvent recorded;
    v1::Outcome& outcome = *recorded.mutable_outcome_recorded()->mutable_outcome();
    outcome.set_outcome_id(NextEntryId('u', size));
    outcome.set_concern_id(said.concern_id());
    outcome.set_words(said.words());
    draft.Emit(std::move(recorded));
  }
  RETURN_IF_ERROR(ScheduleNext(draft, request.next_review_on(), "next_review_on"));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::RecordMissedReviewRequest& request,
               const Context& context) {
  ASSIGN_OR_RETURN(Draft draft, BeginReview(plan, request, context, "record a missed review"));
  ASSIGN_OR_RETURN(const v1::Review* const review, RequireScheduled(plan, request.review_id()));
  if (*ParseDate(review->scheduled_on()) > context.today) {
    return Refusal(
        "REVIEW_NOT_DUE", request.review_id(),
        absl::StrCat("review ", request.review_id(), " is planned for ", review->scheduled_on(),
                     ", after today, ", DateText(context.today), "; reschedule it instead"));
  }
  v1::SupportPlanEvent event;
  event.mutable_review_missed()->set_review_id(request.review_id());
  event.mutable_review_missed()->set_reason(request.reason());
  draft.Emit(std::move(event));
  RETURN_IF_ERROR(ScheduleNext(draft, request.new_date(), "new_date"));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
