// Agreeing an action plan, and reviewing it.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/action_plan_content.h"
#include "domain/content.h"
#include "domain/dates.h"
#include "domain/plan_format.h"
#include "domain/requires.h"
#include "domain/smart.h"

namespace trellis::domain {
namespace {

// What each open target lacks: letters of SMART, and columns that the format requires.
std::vector<v1::Shortfall> ShortfallsOf(const v1::ActionPlan& plan) {
  std::vector<v1::Shortfall> shortfalls;
  for (const v1::TargetSmartness& smartness : CheckSmart(plan)) {
    v1::Shortfall shortfall;
    shortfall.set_target_id(smartness.target_id());
    for (const v1::SmartFinding& finding : smartness.findings()) {
      if (!finding.ok()) shortfall.add_missing(finding.letter());
    }
    const auto target = RequireStandingTarget(plan, smartness.target_id());
    for (std::string& key : EmptyRequiredColumns(plan, **target)) {
      shortfall.add_empty_columns(std::move(key));
    }
    if (shortfall.missing_size() + shortfall.empty_columns_size() > 0) {
      shortfalls.push_back(std::move(shortfall));
    }
  }
  return shortfalls;
}

std::string Words(const std::vector<v1::Shortfall>& shortfalls) {
  std::string words;
  for (const v1::Shortfall& shortfall : shortfalls) {
    absl::StrAppend(&words, words.empty() ? "" : "; ", shortfall.target_id(), " lacks");
    const char* separator = " ";
    for (const int letter : shortfall.missing()) {
      absl::StrAppend(&words, separator, v1::SmartLetter_Name(letter));
      separator = ", ";
    }
    for (const std::string& key : shortfall.empty_columns()) {
      absl::StrAppend(&words, separator, "column ", key);
      separator = ", ";
    }
  }
  return words;
}

absl::Status RequireTargetOrDocument(const v1::ActionPlan& plan) {
  if (plan.has_own_document()) return absl::OkStatus();
  const bool has_target = std::any_of(plan.targets().begin(), plan.targets().end(),
                                      [](const auto& target) { return Stands(target); });
  if (has_target) return absl::OkStatus();
  return Refusal("NO_TARGETS", plan.name(),
                 absl::StrCat(plan.name(), " has no target; set one to agree on"));
}

// The review is in the diary, not behind it.
absl::Status RequireReviewAhead(const v1::ActionPlan& plan, absl::CivilDay today) {
  const bool ahead = std::any_of(
      plan.reviews().begin(), plan.reviews().end(), [&](const v1::ActionPlanReview& review) {
        return review.state() == v1::ActionPlanReview::SCHEDULED && !IsStruckOut(review) &&
               review.scheduled_on() > DateText(today);
      });
  if (ahead) return absl::OkStatus();
  return Refusal("REVIEW_NOT_PLANNED", plan.name(),
                 absl::StrCat(plan.name(), " has no review planned for a day after today, ",
                              DateText(today), "; schedule one before it is agreed"));
}

absl::StatusOr<const v1::ActionPlanReview*> RequireScheduled(const v1::ActionPlan& plan,
                                                             const std::string& id) {
  ASSIGN_OR_RETURN(const v1::ActionPlanReview* const review,
                   RequireEntry<v1::ActionPlanReview>(plan, id));
  if (review->state() == v1::ActionPlanReview::SCHEDULED) return review;
  return Refusal(
      "REVIEW_NOT_SCHEDULED", id,
      absl::StrCat("review ", id, " of ", plan.name(), " is ",
                   v1::ActionPlanReview::State_Name(review->state()), ", want SCHEDULED"));
}

absl::Status CheckJudgements(const v1::ActionPlan& plan,
                             const v1::CompleteActionPlanReviewRequest& request) {
  std::set<std::string> judged;
  for (const v1::TargetJudgement& judgement : request.judgements()) {
    RETURN_IF_ERROR(RequireStandingTarget(plan, judgement.target_id()).status());
    if (!judged.insert(judgement.target_id()).second) {
      return Refusal("TARGET_JUDGED_TWICE", judgement.target_id(),
                     absl::StrCat("target ", judgement.target_id(), " is judged twice"));
    }
  }
  std::string missing;
  for (const v1::ActionPlanTarget* const target : OpenTargets(plan)) {
    if (judged.contains(target->target_id())) continue;
    absl::StrAppend(&missing, missing.empty() ? "" : ", ", target->target_id());
  }
  if (missing.empty()) return absl::OkStatus();
  return Refusal("JUDGEMENT_MISSING", request.review_id(),
                 absl::StrCat("review ", request.review_id(), " judges ", judged.size(),
                              " targets; no judgement for ", missing));
}

// Schedules the next review where `date` names one; warns if there is none at all.
absl::Status ScheduleNext(ActionPlanDraft& draft, const std::string& date) {
  if (date.empty()) {
    if (!OpenTargets(draft.state()).empty() && !IsReviewPlanned(draft.state(), "")) {
      draft.Warn("NO_REVIEW_PLANNED", "next_review_on",
                 "targets are open, and no further review is planned");
    }
    return absl::OkStatus();
  }
  if (IsReviewPlanned(draft.state(), DateText(WorkingDayFrom(*ParseDate(date))))) {
    return absl::OkStatus();
  }
  v1::ActionPlanReview review;
  review.set_scheduled_on(date);
  return AddReview(draft, std::move(review), "next_review_on");
}

}  // namespace

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::AgreeActionPlanRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "agree the plan"));
  if (plan.state() == v1::ActionPlan::AGREED && !plan.changed_since_agreed()) {
    return ActionPlanDecision{};
  }
  RETURN_IF_ERROR(RequireTargetOrDocument(plan));
  RETURN_IF_ERROR(RequireReviewAhead(plan, context.today));
  const std::vector<v1::Shortfall> shortfalls = ShortfallsOf(plan);
  if (!shortfalls.empty() && request.agreed_nonetheless().empty()) {
    return Refusal("NOT_SMART", plan.name(),
                   absl::StrCat(Words(shortfalls),
                                "; revise the plan, or say in agreed_nonetheless why it is agreed "
                                "as it is"));
  }
  v1::ActionPlanEvent event;
  v1::ActionPlanAgreed& agreed = *event.mutable_action_plan_agreed();
  if (!shortfalls.empty()) agreed.set_agreed_nonetheless(request.agreed_nonetheless());
  agreed.mutable_shortfalls()->Add(shortfalls.begin(), shortfalls.end());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::ScheduleActionPlanReviewRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "schedule a review"));
  RETURN_IF_ERROR(AddReview(draft, request.review(), "review.scheduled_on"));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::RescheduleActionPlanReviewRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "reschedule a review"));
  ASSIGN_OR_RETURN(const v1::ActionPlanReview* const review,
                   RequireScheduled(plan, request.review_id()));
  const absl::CivilDay day = ReviewDay(draft, *ParseDate(request.scheduled_on()), "scheduled_on");
  if (review->scheduled_on() == DateText(day)) return ActionPlanDecision{};
  RETURN_IF_ERROR(RequireReviewDay(draft, day, "scheduled_on"));
  v1::ActionPlanEvent event;
  v1::ActionPlanReviewRescheduled& moved = *event.mutable_action_plan_review_rescheduled();
  moved.set_review_id(request.review_id());
  moved.set_scheduled_on(DateText(day));
  moved.set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::CompleteActionPlanReviewRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "complete a review"));
  RETURN_IF_ERROR(RequireScheduled(plan, request.review_id()).status());
  RETURN_IF_ERROR(CheckJudgements(plan, request));
  v1::ActionPlanEvent event;
  v1::ActionPlanReviewCompleted& completed = *event.mutable_action_plan_review_completed();
  completed.set_review_id(request.review_id());
  *completed.mutable_judgements() = request.judgements();
  completed.set_notes(request.notes());
  completed.set_next(request.next());
  draft.Emit(std::move(event));
  RETURN_IF_ERROR(ScheduleNext(draft, request.next_review_on()));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
