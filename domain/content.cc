#include "domain/content.h"

#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/school_calendar.h"
#include "domain/teachers_standards.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

// `day`, or the first day in a term that the cadence comes to after it.
absl::CivilDay PastHolidays(const SchoolYears& years, absl::CivilDay day,
                            const v1::ReviewCadence& cadence) {
  while (IsInHolidays(years, day)) day += cadence.interval_days();
  return day;
}

}  // namespace

absl::CivilDay ReviewDay(DraftBase& draft, absl::CivilDay wanted, const std::string& path) {
  const absl::CivilDay day = WorkingDayFrom(wanted);
  if (day != wanted) {
    draft.Warn("REVIEW_DATE_MOVED", path,
               absl::StrCat(WhyNoWorkingDay(wanted), "; the review is on ", DateText(day)));
  }
  // Whoever names a day in the holidays may mean it: it stays.
  if (!IsStaffDay(draft.calendars(), day)) {
    draft.Warn("NOT_A_SCHOOL_DAY", path, WhyNoSchoolDay(draft.calendars(), day));
  }
  return day;
}

absl::Status AddReviewOn(Draft& draft, v1::Review review, absl::CivilDay wanted,
                         const std::string& path) {
  const Plan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "reviews", plan.reviews_size(), kEntriesMax));
  const absl::CivilDay day = ReviewDay(draft, wanted, path);
  RETURN_IF_ERROR(RequireReviewDay(draft, day, path));
  ClearOutputOnly(review);
  review.set_scheduled_on(DateText(day));
  review.set_review_id(NextEntryId('r', plan.reviews_size()));
  v1::SupportPlanEvent event;
  *event.mutable_review_scheduled()->mutable_review() = std::move(review);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status RequireReviewDay(const DraftBase& draft, absl::CivilDay day, const std::string& path) {
  const std::string agreed = DateText(draft.occurred_on());
  if (day < draft.occurred_on()) {
    return Refusal("REVIEW_BEFORE_AGREED", path,
                   absl::StrCat(path, ": got a review on ", DateText(day),
                                ", want no day before it was agreed, ", agreed));
  }
  if (day - draft.occurred_on() <= kReviewDaysAheadMax) return absl::OkStatus();
  return Refusal("REVIEW_TOO_FAR", path,
                 absl::StrCat(path, ": got a review on ", DateText(day), ", want one within ",
                              kReviewDaysAheadMax, " days of ", agreed));
}

void WarnOfDueDate(DraftBase& draft, const std::string& due_on, const std::string& path) {
  draft.WarnUnlessSchoolDay(path, due_on);
  const std::optional<absl::CivilDay> day = ParseDate(due_on);
  if (!day.has_value() || *day >= draft.occurred_on()) return;
  draft.Warn("DUE_BEFORE_SET", path,
             absl::StrCat(due_on, " is before the day the target was set, ",
                          DateText(draft.occurred_on())));
}

absl::Status AddConcern(Draft& draft, v1::Concern concern, const std::string& path) {
  const Plan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "concerns", plan.concerns_size(), kConcernsMax));
  const v1::TeachersStandard& standard = *FindTeachersStandard(concern.standard_code());
  for (const v1::Concern& other : plan.concerns()) {
    if (other.state() != v1::Concern::OPEN || IsStruckOut(other)) continue;
    if (other.standard().code() != standard.code()) continue;
    return Refusal("CONCERN_OPEN_ALREADY", other.concern_id(),
                   absl::StrCat(path, ": concern ", other.concern_id(), " on standard ",
                                standard.code(), " is open already"));
  }
  const absl::CivilDay discussed = *ParseDate(concern.discussed_on());
  if (discussed > draft.context().today) {
    return Refusal("DISCUSSED_IN_FUTURE", path,
                   absl::StrCat(path, ".discussed_on is ", concern.discussed_on(),
                                ", want no day after today, ", DateText(draft.context().today),
                                ": a concern is discussed with the ECT before it is raised"));
  }
  draft.WarnUnlessSchoolDay(absl::StrCat(path, ".discussed_on"), concern.discussed_on());
  if (discussed > draft.occurred_on()) {
    draft.Warn("DISCUSSED_AFTER_RAISED", absl::StrCat(path, ".discussed_on"),
               absl::StrCat(concern.discussed_on(), " is after the day the concern was raised, ",
                            DateText(draft.occurred_on())));
  }
  ClearOutputOnly(concern);
  concern.set_concern_id(NextEntryId('c', plan.concerns_size()));
  concern.set_standard_code(standard.code());
  *concern.mutable_standard() = standard;
  v1::SupportPlanEvent event;
  *event.mutable_concern_raised()->mutable_concern() = std::move(concern);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddTarget(Draft& draft, v1::Target target, const std::string& path) {
  const Plan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "targets", plan.targets_size(), kEntriesMax));
  RETURN_IF_ERROR(RequireOpenConcern(plan, target.concern_id()));
  WarnOfDueDate(draft, target.due_on(), absl::StrCat(path, ".due_on"));
  ClearOutputOnly(target);
  target.set_target_id(NextEntryId('t', plan.targets_size()));
  v1::SupportPlanEvent event;
  *event.mutable_target_set()->mutable_target() = std::move(target);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddAction(Draft& draft, v1::Action action, const std::string& path) {
  const Plan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "actions", plan.actions_size(), kEntriesMax));
  RETURN_IF_ERROR(RequireOpenConcern(plan, action.concern_id()));
  if (!action.target_id().empty()) {
    RETURN_IF_ERROR(RequireStandingTarget(plan, action.target_id(), action.concern_id()).status());
  }
  draft.WarnUnlessSchoolDay(absl::StrCat(path, ".starts_on"), action.starts_on());
  draft.WarnUnlessSchoolDay(absl::StrCat(path, ".ends_on"), action.ends_on());
  const absl::CivilDay start = ParseDate(action.starts_on()).value_or(draft.occurred_on());
  for (const std::string& mismatch : WeekdayMismatches(action.timeline(), start)) {
    draft.Warn("WEEKDAY_MISMATCH", absl::StrCat(path, ".timeline"), mismatch);
  }
  ClearOutputOnly(action);
  action.set_action_id(NextEntryId('a', plan.actions_size()));
  v1::SupportPlanEvent event;
  *event.mutable_action_added()->mutable_action() = std::move(action);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddSupport(Draft& draft, v1::Support support, const std::string& path) {
  const Plan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "entries of support", plan.support_size(), kEntriesMax));
  RETURN_IF_ERROR(RequireOpenConcern(plan, support.concern_id()));
  if (!support.target_id().empty()) {
    RETURN_IF_ERROR(
        RequireStandingTarget(plan, support.target_id(), support.concern_id()).status());
  }
  draft.WarnUnlessSchoolDay(absl::StrCat(path, ".starts_on"), support.starts_on());
  draft.WarnUnlessSchoolDay(absl::StrCat(path, ".ends_on"), support.ends_on());
  ClearOutputOnly(support);
  support.set_support_id(NextEntryId('s', plan.support_size()));
  v1::SupportPlanEvent event;
  *event.mutable_support_arranged()->mutable_support() = std::move(support);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddReview(Draft& draft, v1::Review review, const std::string& path) {
  const Plan& plan = draft.state();
  for (const std::string& concern_id : review.concern_ids()) {
    RETURN_IF_ERROR(RequireEntry<v1::Concern>(plan, concern_id).status());
  }
  if (!review.target_id().empty()) {
    RETURN_IF_ERROR(RequireStandingTarget(plan, review.target_id(), "").status());
  }
  const absl::CivilDay wanted = *ParseDate(review.scheduled_on());
  return AddReviewOn(draft, std::move(review), wanted, absl::StrCat(path, ".scheduled_on"));
}

absl::Status AddReviewsOfCadence(Draft& draft, absl::CivilDay start, const std::string& path) {
  const v1::ReviewCadence cadence = draft.state().review_cadence();
  absl::CivilDay last = start;
  absl::CivilDay rhythm = start;
  for (int i = 1; i <= cadence.count(); ++i) {
    rhythm += cadence.interval_days();
    // Nobody is there to be reviewed in the holidays, and a week without lessons is none of the
    // weeks that the plan runs for.
    if (const absl::CivilDay in_term = PastHolidays(draft.calendars(), rhythm, cadence);
        in_term != rhythm) {
      draft.Warn("REVIEW_DATE_MOVED", path,
                 absl::StrCat(WhyNoSchoolDay(draft.calendars(), rhythm), "; the review is on ",
                              DateText(WorkingDayFrom(in_term)), ", and those after it follow"));
      rhythm = in_term;
    }
    absl::CivilDay wanted = rhythm;
    // Reviews of a short cadence would meet after a weekend.
    if (WorkingDayFrom(wanted) <= last) {
      const std::string taken = DateText(wanted);
      wanted = WorkingDayFrom(last + 1);
      draft.Warn("REVIEW_DATE_MOVED", path,
                 absl::StrCat("no working day from ", taken, " to ", DateText(last),
                              " is free; the review is on ", DateText(wanted)));
    }
    RETURN_IF_ERROR(AddReviewOn(draft, v1::Review(), wanted, path));
    last = WorkingDayFrom(wanted);
  }
  return absl::OkStatus();
}

void MoveReview(Draft& draft, const std::string& review_id, absl::CivilDay wanted,
                const std::string& reason, const std::string& path) {
  v1::SupportPlanEvent event;
  event.mutable_review_rescheduled()->set_review_id(review_id);
  event.mutable_review_rescheduled()->set_scheduled_on(DateText(ReviewDay(draft, wanted, path)));
  event.mutable_review_rescheduled()->set_reason(reason);
  draft.Emit(std::move(event));
}

}  // namespace trellis::domain
