// Opening a plan, and renewing one: what begins a stream.
#include <utility>

#include "base/status_macros.h"
#include "domain/content.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/school_calendar.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

// The cadence with the form's advice where nothing is said: weekly for four weeks.
v1::ReviewCadence WithDefaults(v1::ReviewCadence cadence) {
  if (cadence.interval_days() == 0) cadence.set_interval_days(kReviewIntervalDays);
  if (cadence.count() == 0) cadence.set_count(kReviewCount);
  return cadence;
}

// The part of a plan that SupportPlanOpened holds: parties, school, start and cadence.
v1::SupportPlan Heading(const v1::SupportPlan& said) {
  v1::SupportPlan heading;
  *heading.mutable_ect() = said.ect();
  *heading.mutable_induction_tutor() = said.induction_tutor();
  *heading.mutable_headteacher() = said.headteacher();
  if (said.has_appropriate_body()) *heading.mutable_appropriate_body() = said.appropriate_body();
  *heading.mutable_school() = said.school();
  heading.set_starts_on(said.starts_on());
  return heading;
}

void EmitOpened(Draft& draft, v1::SupportPlan heading) {
  if (heading.starts_on().empty()) heading.set_starts_on(DateText(draft.occurred_on()));
  *heading.mutable_review_cadence() = WithDefaults(heading.review_cadence());
  draft.WarnUnlessSchoolDay("support_plan.starts_on", heading.starts_on());
  v1::SupportPlanEvent event;
  *event.mutable_support_plan_opened()->mutable_support_plan() = std::move(heading);
  draft.Emit(std::move(event));
}

// The days after `from` up to `to`, but for the school's holidays.
int64_t DaysInTerm(const SchoolYears& years, absl::CivilDay from, absl::CivilDay to) {
  int64_t days = to - from;
  if (years.empty()) return days;
  for (absl::CivilDay day = from + 1; day <= to; ++day) {
    if (IsInHolidays(years, day)) --days;
  }
  return days;
}

// Warns if the first review, or the next after one, is later than the advice.
void WarnOfSparseReviews(Draft& draft, const std::string& path) {
  absl::CivilDay before = *ParseDate(draft.state().starts_on());
  for (const v1::Review& review : draft.state().reviews()) {
    const absl::CivilDay day = *ParseDate(review.scheduled_on());
    // A review that was moved off a holiday is still weekly.
    const int64_t days = DaysInTerm(draft.calendars(), before, day);
    if (days > kReviewIntervalDays + 4) {
      return draft.Warn(
          "REVIEWS_SPARSE", path,
          absl::StrCat(days, " days from ", DateText(before), " to review ", review.review_id(),
                       " on ", review.scheduled_on(), "; the advice is weekly for four weeks"));
    }
    before = day;
  }
}

template <typename Entries, typename Add>
absl::Status AddAll(Draft& draft, const Entries& entries, absl::string_view list, Add add) {
  for (int i = 0; i < entries.size(); ++i) {
    RETURN_IF_ERROR(add(draft, entries[i], absl::StrCat("support_plan.", list, "[", i, "]")));
  }
  return absl::OkStatus();
}

// The targets, actions and support that stand under `concern_id` and are not finished yet.
absl::Status CopyOpenEntries(Draft& draft, const Plan& from, const std::string& concern_id,
                             const std::string& new_concern_id) {
  std::vector<std::pair<std::string, std::string>> target_ids;
  for (const v1::Target& target : from.targets()) {
    if (target.concern_id() != concern_id || IsStruckOut(target) ||
        !target.withdrawal_reason().empty() || target.judgement() == v1::MET) {
      continue;
    }
    v1::Target copy = target;
    copy.set_concern_id(new_concern_id);
    RETURN_IF_ERROR(AddTarget(draft, copy, target.target_id()));
    target_ids.emplace_back(target.target_id(),
                            draft.state().targets(draft.state().targets_size() - 1).target_id());
  }
  const auto new_target = [&](const std::string& old_id) {
    for (const auto& [old_target, new_id] : target_ids) {
      if (old_target == old_id) return new_id;
    }
    return std::string();
  };
  for (const v1::Action& action : from.actions()) {
    if (action.concern_id() != concern_id || IsStruckOut(action) || action.completed()) continue;
    v1::Action copy = action;
    copy.set_concern_id(new_concern_id);
    copy.set_target_id(new_target(action.target_id()));
    RETURN_IF_ERROR(AddAction(draft, copy, action.action_id()));
  }
  for (const v1::Support& support : from.support()) {
    // What the school did not give it still owes.
    if (support.concern_id() != concern_id || IsStruckOut(support) ||
        support.state() == v1::Support::DELIVERED) {
      continue;
    }
    v1::Support copy = support;
    copy.set_concern_id(new_concern_id);
    copy.set_target_id(new_target(support.target_id()));
    RETURN_IF_ERROR(AddSupport(draft, copy, support.support_id()));
  }
  return absl::OkStatus();
}

// Copies what is open in `from`: its open concerns, with what is unfinished under them. Warnings
// name the entries by the ids that they have in `from`.
absl::Status CopyWhatIsOpen(Draft& draft, const Plan& from) {
  for (const v1::Concern& concern : from.concerns()) {
    if (concern.state() != v1::Concern::OPEN || IsStruckOut(concern)) continue;
    RETURN_IF_ERROR(AddConcern(draft, concern, concern.concern_id()));
    const std::string new_id =
        draft.state().concerns(draft.state().concerns_size() - 1).concern_id();
    RETURN_IF_ERROR(CopyOpenEntries(draft, from, concern.concern_id(), new_id));
  }
  return absl::OkStatus();
}

}  // namespace

Decided Decide(const Plan& plan, const v1::OpenSupportPlanRequest& request,
               const Context& context) {
  RETURN_IF_ERROR(RequireNew(plan));
  const v1::SupportPlan& said = request.support_plan();
  v1::SupportPlan named = said;
  named.set_name(context.new_name);
  RETURN_IF_ERROR(RequireCapacity(named, context, kWriters, "open a support plan"));
  RETURN_IF_ERROR(RequireSeparateRoles(said));
  Plan empty;
  empty.set_name(context.new_name);
  ASSIGN_OR_RETURN(Draft draft, Begin(empty, request, context));
  v1::SupportPlan heading = Heading(said);
  *heading.mutable_review_cadence() = said.review_cadence();
  EmitOpened(draft, std::move(heading));
  RETURN_IF_ERROR(AddAll(draft, said.concerns(), "concerns", AddConcern));
  RETURN_IF_ERROR(AddAll(draft, said.targets(), "targets", AddTarget));
  RETURN_IF_ERROR(AddAll(draft, said.actions(), "actions", AddAction));
  RETURN_IF_ERROR(AddAll(draft, said.support(), "support", AddSupport));
  if (said.reviews().empty()) {
    RETURN_IF_ERROR(AddReviewsOfCadence(draft, *ParseDate(draft.state().starts_on()),
                                        "support_plan.review_cadence"));
  } else {
    RETURN_IF_ERROR(AddAll(draft, said.reviews(), "reviews", AddReview));
  }
  WarnOfSparseReviews(draft, "support_plan.reviews");
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::RenewPlanRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireActive(plan, "renew the plan"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kWriters, "renew the plan"));
  if (context.new_name == plan.name()) {
    return Refusal("RENEWS_ITSELF", plan.name(),
                   absl::StrCat("support_plan_id is that of ", plan.name(), ", want a new one"));
  }
  ASSIGN_OR_RETURN(Draft ending, Begin(plan, request, context));
  v1::SupportPlanEvent event;
  event.mutable_plan_closed()->set_reason(v1::Closure::RENEWED);
  event.mutable_plan_closed()->set_words(request.words());
  event.mutable_plan_closed()->set_renewed_by(context.new_name);
  ending.Emit(std::move(event));

  Plan empty;
  empty.set_name(context.new_name);
  ASSIGN_OR_RETURN(Draft beginning, Begin(empty, request, context));
  v1::SupportPlan heading = Heading(plan);
  heading.set_starts_on(DateText(beginning.occurred_on()));
  heading.set_renews(plan.name());
  *heading.mutable_review_cadence() = request.review_cadence();
  EmitOpened(beginning, std::move(heading));
  RETURN_IF_ERROR(CopyWhatIsOpen(beginning, plan));
  if (beginning.state().concerns().empty()) {
    return Refusal("NOTHING_OPEN", plan.name(),
                   absl::StrCat(plan.name(), " has no open concern to renew; close it instead"));
  }
  RETURN_IF_ERROR(AddReviewsOfCadence(beginning, beginning.occurred_on(), "review_cadence"));
  WarnOfSparseReviews(beginning, "review_cadence");
  Decision decision = std::move(ending).Finish();
  decision.successor_events = std::move(beginning).TakeEvents();
  return decision;
}

}  // namespace trellis::domain
