// Pausing, resuming, correcting and closing a plan.
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "domain/content.h"
#include "domain/corrections.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// What was refused when the entry was made is refused when it is put right.
absl::Status CheckCorrectedDates(Draft& draft, const pb::Message& corrected,
                                 const v1::CorrectEntryRequest& request) {
  const auto date = [&](const std::string& field) -> std::string {
    const auto* const descriptor = corrected.GetDescriptor()->FindFieldByName(field);
    return descriptor == nullptr ? "" : corrected.GetReflection()->GetString(corrected, descriptor);
  };
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.corrections_size(); ++i) {
    const v1::FieldCorrection& correction = request.corrections(i);
    const std::string path = absl::StrCat("corrections[", i, "].value");
    const auto unless = [&](bool valid, absl::string_view want) {
      if (valid) return;
      violations.push_back({path, absl::StrCat("got ", correction.value(), ", want ", want)});
    };
    const std::string& field = correction.field();
    if (field == "starts_on" || field == "ends_on") {
      unless(date("ends_on").empty() || date("starts_on") <= date("ends_on"),
             "an entry that ends no day before it starts");
    } else if (field == "discussed_on") {
      unless(date(field) <= DateText(draft.context().today), "no day after today");
    } else if (field == "feedback_on") {
      unless(date(field).empty() || date(field) >= EntryOf(corrected).occurred_on(),
             "no day before the lesson");
    } else if (field == "scheduled_on") {
      unless(*ParseDate(date(field)) - draft.context().today <= kReviewDaysAheadMax,
             absl::StrCat("a day within ", kReviewDaysAheadMax, " days"));
    }
    draft.WarnUnlessSchoolDay(path, correction.value());
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

// The reviews move on with the plan; a target's date is agreed anew.
void WarnOfTargetsDueInPause(Draft& draft, const std::string& paused_on) {
  for (const v1::Target& target : draft.state().targets()) {
    const std::string& id = target.target_id();
    if (!RequireStandingTarget(draft.state(), id, "").ok()) continue;
    if (!RequireOpenConcern(draft.state(), target.concern_id()).ok()) continue;
    if (target.judgement() == v1::MET || target.due_on() < paused_on ||
        target.due_on() >= DateText(draft.occurred_on())) {
      continue;
    }
    draft.Warn("TARGET_DUE_IN_PAUSE", id,
               absl::StrCat("target ", id, " was due on ", target.due_on(),
                            ", while the plan was paused; revise its date"));
  }
}

}  // namespace

Decided Decide(const Plan& plan, const v1::PausePlanRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "pause it"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, "pause the plan"));
  if (plan.state() == v1::SupportPlan::PAUSED) {
    return Refusal("PLAN_PAUSED", plan.name(),
                   absl::StrCat(plan.name(), " is paused already, since ",
                                plan.pauses(plan.pauses_size() - 1).paused_on()));
  }
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  const std::string paused_on = DateText(draft.occurred_on());
  if (!plan.pauses().empty() && paused_on < plan.pauses(plan.pauses_size() - 1).resumed_on()) {
    return Refusal(
        "PAUSED_BEFORE_RESUMED", plan.name(),
        absl::StrCat("occurred_on is ", paused_on, ", want no day before the last pause ended, ",
                     plan.pauses(plan.pauses_size() - 1).resumed_on()));
  }
  v1::SupportPlanEvent event;
  event.mutable_plan_paused()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ResumePlanRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "resume it"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, "resume the plan"));
  if (plan.state() != v1::SupportPlan::PAUSED) {
    return Refusal("PLAN_NOT_PAUSED", plan.name(),
                   absl::StrCat(plan.name(), " is not paused, so it cannot be resumed"));
  }
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  const absl::CivilDay paused = *ParseDate(plan.pauses(plan.pauses_size() - 1).paused_on());
  const int64_t days = draft.occurred_on() - paused;
  if (days < 0) {
    return Refusal("RESUMED_BEFORE_PAUSED", plan.name(),
                   absl::StrCat("occurred_on is ", DateText(draft.occurred_on()),
                                ", want no day before the pause, ", DateText(paused)));
  }
  WarnOfTargetsDueInPause(draft, DateText(paused));
  v1::SupportPlanEvent event;
  event.mutable_plan_resumed()->set_note(request.note());
  draft.Emit(std::move(event));
  // The dates were held: every review that fell after the pause began moves on by its length.
  for (const v1::Review& review : plan.reviews()) {
    if (days == 0 || review.state() != v1::Review::SCHEDULED || IsStruckOut(review)) continue;
    const absl::CivilDay planned = *ParseDate(review.scheduled_on());
    if (planned < paused) continue;
    MoveReview(draft, review.review_id(), planned + days,
               absl::StrCat("The plan was paused for ", days, days == 1 ? " day." : " days."),
               absl::StrCat("review ", review.review_id()));
  }
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::CorrectEntryRequest& request, const Context& context) {
  // On a closed plan too: a mistake that is found later must not stand.
  RETURN_IF_ERROR(RequireExists(plan));
  const pb::Message* const entry = FindEntry(plan, request.entry_id());
  if (entry == nullptr) return EntryNotFound(plan.name(), request.entry_id(), "entry");
  // The ECT's words are the ECT's alone.
  const bool is_comment = entry->GetDescriptor() == v1::Comment::descriptor();
  RETURN_IF_ERROR(
      RequireCapacity(plan, context, is_comment ? Capacities{v1::ECT} : kWriters,
                      is_comment ? "correct a comment of the ECT" : "correct an entry"));
  if (IsStruckOut(*entry)) {
    return Refusal(
        "ENTRY_STRUCK_OUT", request.entry_id(),
        absl::StrCat("entry ", request.entry_id(), " of ", plan.name(),
                     " was struck out at revision ", EntryOf(*entry).correction().revision()));
  }
  RETURN_IF_ERROR(CheckCorrections(*entry, request.corrections()));
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  if (!request.corrections().empty()) {
    const std::unique_ptr<pb::Message> corrected = Corrected(*entry, request.corrections());
    if (corrected->SerializeAsString() == entry->SerializeAsString()) return Decision{};
    RETURN_IF_ERROR(CheckCorrectedDates(draft, *corrected, request));
  }
  v1::SupportPlanEvent event;
  v1::EntryCorrected& corrected = *event.mutable_entry_corrected();
  corrected.set_entry_id(request.entry_id());
  corrected.set_reason(request.reason());
  *corrected.mutable_corrections() = request.corrections();
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ClosePlanRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "close it"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, "close the plan"));
  if (request.reason() == v1::Closure::RENEWED) {
    return Refusal("CLOSE_BY_RENEWING", plan.name(),
                   "reason is RENEWED; want RenewPlan, which opens the next plan as well");
  }
  std::string open;
  for (const v1::Concern& concern : plan.concerns()) {
    if (concern.state() != v1::Concern::OPEN || IsStruckOut(concern)) continue;
    absl::StrAppend(&open, open.empty() ? "" : ", ", concern.concern_id());
  }
  if (request.reason() == v1::Closure::BACK_ON_TRACK && !open.empty()) {
    return Refusal("CONCERNS_OPEN", plan.name(),
                   absl::StrCat(plan.name(), " has open concerns (", open,
                                "); resolve them before closing as BACK_ON_TRACK"));
  }
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  v1::SupportPlanEvent event;
  event.mutable_plan_closed()->set_reason(request.reason());
  event.mutable_plan_closed()->set_words(request.words());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
