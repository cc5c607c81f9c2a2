#include "projections/action_plan_list.h"

#include "domain/action_plan.h"
#include "domain/dates.h"

namespace trellis::projections {
namespace {

constexpr char kRows[] = "na";

std::string Prefix(absl::string_view list, absl::string_view of) {
  return absl::StrCat(list, of, kKeyEnd);
}
std::string SchoolPrefix(const std::string& urn) { return Prefix("ns", urn); }
std::string EctPrefix(const std::string& person) { return Prefix("ne", person); }
std::string MentorPrefix(const std::string& person) { return Prefix("nm", person); }

v1::ActionPlanSummary Summary(const v1::ActionPlan& plan) {
  v1::ActionPlanSummary summary;
  summary.set_name(plan.name());
  summary.set_revision(plan.revision());
  summary.set_state(plan.state());
  *summary.mutable_ect() = plan.ect();
  if (plan.has_mentor()) *summary.mutable_mentor() = plan.mentor();
  *summary.mutable_school() = plan.school();
  summary.set_academic_year(plan.academic_year());
  summary.set_owner(plan.owner());
  summary.set_open_targets(static_cast<int>(domain::OpenTargets(plan).size()));
  summary.set_open_steps(static_cast<int>(domain::OpenSteps(plan).size()));
  summary.set_minutes_per_week(domain::MinutesPerWeek(plan));
  summary.set_next_review_on(plan.next_review_on());
  return summary;
}

// The rows to look through: those of the narrowest key that the query has.
std::string NarrowestPrefix(const v1::ListActionPlansRequest& query) {
  if (!query.ect().empty()) return EctPrefix(query.ect());
  if (!query.mentor().empty()) return MentorPrefix(query.mentor());
  if (!query.school_urn().empty()) return SchoolPrefix(query.school_urn());
  return kRows;
}

// A closed plan has no next review.
bool IsOverdue(const v1::ActionPlanSummary& plan, absl::CivilDay today) {
  return !plan.next_review_on().empty() && plan.next_review_on() < domain::DateText(today);
}

bool Meets(const v1::ActionPlanSummary& plan, const v1::ListActionPlansRequest& query,
           absl::CivilDay today) {
  const auto is = [](const std::string& wanted, const std::string& got) {
    return wanted.empty() || wanted == got;
  };
  return is(query.school_urn(), plan.school().urn()) && is(query.ect(), plan.ect().person()) &&
         is(query.mentor(), plan.mentor().person()) &&
         (query.state() == v1::ActionPlan::STATE_UNSPECIFIED || query.state() == plan.state()) &&
         (!query.overdue_review() || IsOverdue(plan, today));
}

}  // namespace

void AddActionPlanRow(const v1::ActionPlan& plan, bool is_new, Rows& rows) {
  rows[absl::StrCat(kRows, plan.name())] = Summary(plan).SerializeAsString();
  if (!is_new && !plan.has_erase_time()) return;
  rows[SchoolPrefix(plan.school().urn()) + plan.name()] = "";
  rows[EctPrefix(plan.ect().person()) + plan.name()] = "";
  if (plan.has_mentor()) rows[MentorPrefix(plan.mentor().person()) + plan.name()] = "";
}

absl::StatusOr<Listing<v1::ActionPlanSummary>> ListActionPlanRows(
    const ViewStore& store, const v1::ListActionPlansRequest& query, const std::string& after,
    int count, absl::CivilDay today) {
  auto listing = ListRows<v1::ActionPlanSummary>(
      store, kRows, NarrowestPrefix(query), after, count,
      [&](const v1::ActionPlanSummary& plan) { return Meets(plan, query, today); });
  if (!listing.ok()) return listing;
  for (v1::ActionPlanSummary& plan : listing->items)
    plan.set_review_overdue(IsOverdue(plan, today));
  return listing;
}

}  // namespace trellis::projections
