// Who takes part in a plan that runs: somebody takes over a part, or the plan goes along when the
// ECT moves to another school. What was written and signed before stays with who did it; signatures
// of the new people are asked for, as the content has changed.
#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/draft.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

// The parts that can change. The ECT's cannot: the plan is theirs.
constexpr std::array kParts = {v1::INDUCTION_TUTOR, v1::HEADTEACHER, v1::APPROPRIATE_BODY};

bool IsParty(const Plan& plan, const std::string& person) {
  if (person.empty()) return false;
  return plan.ect().person() == person ||
         std::any_of(kParts.begin(), kParts.end(),
                     [&](v1::Capacity part) { return PartyFor(plan, part)->person() == person; });
}

// As RequireCapacity, of those who hold the part or of those who will: a headteacher who has left
// cannot hand over, and one who has come must be able to take over.
absl::Status RequireComingOrGoing(const Plan& before, const Plan& after, const Context& context,
                                  Capacities allowed, absl::string_view verb) {
  if (RequireCapacity(after, context, allowed, verb).ok()) return absl::OkStatus();
  return RequireCapacity(before, context, allowed, verb);
}

// It did not happen before those who go took over themselves, on `since_on` (empty: at the start).
absl::Status RequireNotBefore(const Draft& draft, const std::string& since_on,
                              absl::string_view subject) {
  const std::string occurred_on = DateText(draft.occurred_on());
  if (since_on <= occurred_on) return absl::OkStatus();
  return Refusal("CHANGED_BEFORE_LAST_CHANGE", subject,
                 absl::StrCat("occurred_on is ", occurred_on, ", want no day before the last ",
                              "change of ", subject, ", ", since_on));
}

// The day of the last change of this part; empty if there was none.
std::string LastChangeOf(const Plan& plan, v1::Capacity part) {
  std::string last;
  for (const v1::FormerParty& former : plan.former_parties()) {
    if (former.capacity() == part) last = former.replaced_on();
  }
  return last;
}

// The ids of actions that are not done and support that was not given, under concerns that are
// open, where a supporter `leaves`.
std::string OpenEntriesOf(const Plan& plan,
                          const std::function<bool(const v1::Supporter&)>& leaves) {
  std::string ids;
  const auto add = [&](const auto& entry, const std::string& id, bool done,
                       const auto& supporters) {
    if (done || IsStruckOut(entry) || !RequireOpenConcern(plan, entry.concern_id()).ok()) return;
    if (!std::any_of(supporters.begin(), supporters.end(), leaves)) return;
    absl::StrAppend(&ids, ids.empty() ? "" : ", ", id);
  };
  for (const v1::Action& action : plan.actions()) {
    add(action, action.action_id(), action.completed(), action.by());
  }
  for (const v1::Support& support : plan.support()) {
    add(support, support.support_id(), support.state() == v1::Support::DELIVERED,
        support.supported_by());
  }
  return ids;
}

void WarnOfOpenEntries(Draft& draft, const std::string& ids, const std::string& field) {
  if (ids.empty()) return;
  draft.Warn("SUPPORTER_LEAVES", field,
             absl::StrCat(ids,
                          ": open, and to be done or given by somebody who leaves; say who "
                          "does it now"));
}

}  // namespace

Decided Decide(const Plan& plan, const v1::ChangePartyRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "change who takes part"));
  const v1::Capacity part = request.capacity();
  if (std::find(kParts.begin(), kParts.end(), part) == kParts.end()) {
    return InvalidRequest(
        {{"capacity", absl::StrCat("got ", v1::Capacity_Name(part), ", want INDUCTION_TUTOR, ",
                                   "HEADTEACHER or APPROPRIATE_BODY")}});
  }
  Plan after = plan;
  if (part == v1::INDUCTION_TUTOR) *after.mutable_induction_tutor() = request.party();
  if (part == v1::HEADTEACHER) *after.mutable_headteacher() = request.party();
  if (part == v1::APPROPRIATE_BODY) *after.mutable_appropriate_body() = request.party();
  RETURN_IF_ERROR(RequireComingOrGoing(
      plan, after, context, part == v1::APPROPRIATE_BODY ? Capacities{v1::HEADTEACHER} : kWriters,
      "change who takes part"));
  const v1::Party& former = *PartyFor(plan, part);
  if (former.person() == request.party().person()) return Decision{};
  RETURN_IF_ERROR(RequireSeparateRoles(after));
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  RETURN_IF_ERROR(RequireNotBefore(draft, LastChangeOf(plan, part), v1::Capacity_Name(part)));
  // Who was the tutor too, and still is, does not leave.
  if (!former.person().empty() && !IsParty(after, former.person())) {
    const auto leaves = [&](const v1::Supporter& s) { return s.person() == former.person(); };
    WarnOfOpenEntries(draft, OpenEntriesOf(plan, leaves), "party");
  }
  v1::SupportPlanEvent event;
  v1::PartyChanged& changed = *event.mutable_party_changed();
  changed.set_capacity(part);
  *changed.mutable_party() = request.party();
  if (!former.person().empty()) *changed.mutable_former() = former;
  changed.set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::MoveSupportPlanRequest& request,
               const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "move it to another school"));
  Plan after = plan;
  *after.mutable_school() = request.school();
  *after.mutable_induction_tutor() = request.induction_tutor();
  *after.mutable_headteacher() = request.headteacher();
  if (request.has_appropriate_body()) {
    *after.mutable_appropriate_body() = request.appropriate_body();
  }
  RETURN_IF_ERROR(RequireComingOrGoing(plan, after, context, kWriters, "move the plan"));
  if (plan.school().urn() == request.school().urn()) {
    const bool same = std::all_of(kParts.begin(), kParts.end(), [&](v1::Capacity part) {
      return PartyFor(plan, part)->person() == PartyFor(after, part)->person();
    });
    if (same) return Decision{};
    return Refusal("SAME_SCHOOL", plan.school().urn(),
                   absl::StrCat(plan.name(), " runs at ", plan.school().urn(),
                                " already; want another school, or ChangeParty"));
  }
  RETURN_IF_ERROR(RequireSeparateRoles(after));
  ASSIGN_OR_RETURN(Draft draft, Begin(plan, request, context));
  for (const v1::Capacity part : kParts) {
    if (PartyFor(plan, part)->person() == PartyFor(after, part)->person()) continue;
    RETURN_IF_ERROR(RequireNotBefore(draft, LastChangeOf(plan, part), v1::Capacity_Name(part)));
  }
  if (const int schools = plan.former_schools_size(); schools > 0) {
    RETURN_IF_ERROR(RequireNotBefore(draft, plan.former_schools(schools - 1).left_on(), "school"));
  }
  // The people of the old school stay there, whether they are named or only by their role.
  const auto leaves = [&](const v1::Supporter& s) { return !IsParty(after, s.person()); };
  WarnOfOpenEntries(draft, OpenEntriesOf(plan, leaves), "school");
  v1::SupportPlanEvent event;
  v1::SupportPlanMoved& moved = *event.mutable_support_plan_moved();
  *moved.mutable_school() = request.school();
  *moved.mutable_former_school() = plan.school();
  *moved.mutable_induction_tutor() = request.induction_tutor();
  *moved.mutable_headteacher() = request.headteacher();
  if (request.has_appropriate_body()) {
    *moved.mutable_appropriate_body() = request.appropriate_body();
  }
  moved.set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
