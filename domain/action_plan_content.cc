#include "domain/action_plan_content.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/content.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/plan_format.h"
#include "domain/requires.h"
#include "domain/teachers_standards.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

// The early career framework before the stroke, then a heading's number and a statement's letter.
// Whether there is such a statement is not asked: editions differ, and providers print their own.
bool IsFrameworkCode(const std::string& code) {
  const size_t stroke = code.find('/');
  if (stroke == std::string::npos || stroke == 0 || stroke + 1 == code.size()) return false;
  if (absl::EqualsIgnoreCase(code.substr(0, stroke), "TS")) return false;
  return std::all_of(code.begin(), code.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '-';
  });
}

void CheckCells(const v1::ActionPlan& plan, const v1::ActionPlanTarget& target,
                const std::string& path, std::vector<FieldViolation>& violations) {
  std::string columns;
  for (const v1::PlanColumn& column : plan.format().columns()) {
    if (IsOwnColumn(column.key())) continue;
    absl::StrAppend(&columns, columns.empty() ? "" : ", ", column.key());
  }
  std::set<std::string> seen;
  for (int i = 0; i < target.cells_size(); ++i) {
    const std::string& key = target.cells(i).key();
    const std::string field = absl::StrCat(path, "cells[", i, "].key");
    const bool known = std::any_of(
        plan.format().columns().begin(), plan.format().columns().end(),
        [&](const v1::PlanColumn& column) { return column.key() == key && !IsOwnColumn(key); });
    if (!known) {
      violations.push_back(
          {field, absl::StrCat("got \"", key, "\", want ",
                               columns.empty() ? "no cell: the plan's format has no column for one"
                                               : absl::StrCat("one of ", columns))});
    } else if (!seen.insert(key).second) {
      violations.push_back({field, absl::StrCat("got \"", key, "\" twice, want it once")});
    }
  }
}

void WarnOfDay(ActionPlanDraft& draft, const std::string& due_on, const std::string& path) {
  WarnOfDueDate(draft, due_on, path);
  if (!due_on.empty() && due_on > draft.state().ends_on()) {
    draft.Warn("DUE_AFTER_PLAN_ENDS", path,
               absl::StrCat(due_on, " is after the plan ends, ", draft.state().ends_on()));
  }
}

absl::Status RequireParty(const v1::ActionPlan& plan, const Context& context,
                          absl::string_view verb) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ECT, v1::MENTOR}, verb));
  const std::string& actor = context.actor.person();
  const v1::Party& party = context.capacity == v1::ECT ? plan.ect() : plan.mentor();
  if (!actor.empty() && party.person() == actor) return absl::OkStatus();
  return NotTheParty(context, plan.name());
}

}  // namespace

absl::Status RequireWriter(const v1::ActionPlan& plan, const Context& context,
                           absl::string_view verb) {
  RETURN_IF_ERROR(RequireParty(plan, context, verb));
  if (context.capacity == v1::ECT || plan.owner() != v1::ActionPlan::ECT_ALONE) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kPermissionDenied, "ACTION_PLAN_HANDED_OVER",
               absl::StrCat(plan.name(), " passed to the ECT on ",
                            plan.hand_over().handed_over_on(), "; the mentor may not ", verb),
               {{"capacity", v1::Capacity_Name(context.capacity)}, {"name", plan.name()}});
}

absl::Status RequireReader(const v1::ActionPlan& plan, const Context& context) {
  return RequireParty(plan, context, "read an action plan");
}

absl::Status RequireNotClosed(const v1::ActionPlan& plan, absl::string_view verb) {
  RETURN_IF_ERROR(RequireExists(plan));
  if (plan.state() != v1::ActionPlan::CLOSED) return absl::OkStatus();
  return Refusal("PLAN_CLOSED", plan.name(),
                 absl::StrCat(plan.name(), " was closed on ", plan.closure().closed_on(),
                              "; nobody can ", verb, " any more"));
}

absl::StatusOr<const v1::ActionPlanTarget*> RequireStandingTarget(const v1::ActionPlan& plan,
                                                                  const std::string& id) {
  ASSIGN_OR_RETURN(const v1::ActionPlanTarget* const target,
                   RequireEntry<v1::ActionPlanTarget>(plan, id));
  if (Stands(*target)) return target;
  return Refusal("TARGET_WITHDRAWN", id,
                 absl::StrCat("target ", id, " of ", plan.name(), " was withdrawn"));
}

absl::StatusOr<const v1::ActionStep*> RequireStandingStep(const v1::ActionPlan& plan,
                                                          const std::string& id) {
  ASSIGN_OR_RETURN(const v1::ActionStep* const step, RequireEntry<v1::ActionStep>(plan, id));
  if (Stands(*step)) return step;
  return Refusal("STEP_WITHDRAWN", id,
                 absl::StrCat("step ", id, " of ", plan.name(), " was withdrawn"));
}

absl::Status CheckTarget(ActionPlanDraft& draft, const v1::ActionPlanTarget& target,
                         const std::string& path, const std::string& due_path) {
  const v1::ActionPlan& plan = draft.state();
  std::vector<FieldViolation> violations;
  for (int i = 0; i < target.framework_codes_size(); ++i) {
    if (IsFrameworkCode(target.framework_codes(i))) continue;
    violations.push_back(
        {absl::StrCat(path, "framework_codes[", i, "]"),
         absl::StrCat("got \"", target.framework_codes(i),
                      "\", want the framework and its statement, such as ECF/8h")});
  }
  for (int i = 0; i < target.note_ids_size(); ++i) {
    if (target.note_ids(i)[0] == 'n') continue;
    violations.push_back(
        {absl::StrCat(path, "note_ids[", i, "]"),
         absl::StrCat("got \"", target.note_ids(i), "\", want a session note, such as n1")});
  }
  CheckCells(plan, target, path, violations);
  if (!violations.empty()) return InvalidRequest(violations);
  if (!target.note_ids().empty() && plan.induction().empty()) {
    return Refusal("INDUCTION_MISSING", absl::StrCat(path, "note_ids"),
                   absl::StrCat(path, "note_ids names notes of an induction, and ", plan.name(),
                                " names none"));
  }
  WarnOfDay(draft, target.due_on(), due_path);
  return absl::OkStatus();
}

void WarnOfStepDate(ActionPlanDraft& draft, const v1::ActionStep& step,
                    const std::string& due_path) {
  WarnOfDay(draft, step.due_on(), due_path);
  const auto target = RequireStandingTarget(draft.state(), step.target_id());
  if (!target.ok() || (*target)->due_on().empty() || step.due_on() <= (*target)->due_on()) return;
  draft.Warn("STEP_DUE_AFTER_TARGET", due_path,
             absl::StrCat(step.due_on(), " is after target ", step.target_id(), " is due, ",
                          (*target)->due_on()));
}

absl::Status AddTarget(ActionPlanDraft& draft, v1::ActionPlanTarget target,
                       const std::string& path) {
  const v1::ActionPlan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "targets", plan.targets_size(), kEntriesMax));
  RETURN_IF_ERROR(CheckTarget(draft, target, path + ".", path + ".due_on"));
  ClearOutputOnly(target);
  for (std::string& code : *target.mutable_standard_codes()) {
    code = FindTeachersStandard(code)->code();
  }
  target.set_target_id(NextEntryId('t', plan.targets_size()));
  v1::ActionPlanEvent event;
  *event.mutable_action_plan_target_set()->mutable_target() = std::move(target);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddStep(ActionPlanDraft& draft, v1::ActionStep step, const std::string& path) {
  const v1::ActionPlan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "steps", plan.steps_size(), kEntriesMax));
  RETURN_IF_ERROR(RequireStandingTarget(plan, step.target_id()).status());
  WarnOfStepDate(draft, step, path + ".due_on");
  ClearOutputOnly(step);
  step.set_step_id(NextEntryId('s', plan.steps_size()));
  if (step.owners().empty()) {
    v1::Supporter& owner = *step.add_owners();
    owner.set_person(plan.ect().person());
    owner.set_name(plan.ect().name());
  }
  v1::ActionPlanEvent event;
  *event.mutable_action_step_added()->mutable_step() = std::move(step);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddReview(ActionPlanDraft& draft, v1::ActionPlanReview review,
                       const std::string& path) {
  const v1::ActionPlan& plan = draft.state();
  RETURN_IF_ERROR(RequireRoom(plan.name(), "reviews", plan.reviews_size(), kEntriesMax));
  const absl::CivilDay day = ReviewDay(draft, *ParseDate(review.scheduled_on()), path);
  RETURN_IF_ERROR(RequireReviewDay(draft, day, path));
  ClearOutputOnly(review);
  review.set_scheduled_on(DateText(day));
  review.set_review_id(NextEntryId('r', plan.reviews_size()));
  v1::ActionPlanEvent event;
  *event.mutable_action_plan_review_scheduled()->mutable_review() = std::move(review);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

bool IsReviewPlanned(const v1::ActionPlan& plan, const std::string& day) {
  return std::any_of(plan.reviews().begin(), plan.reviews().end(),
                     [&](const v1::ActionPlanReview& review) {
                       return review.state() == v1::ActionPlanReview::SCHEDULED &&
                              !IsStruckOut(review) && (day.empty() || review.scheduled_on() == day);
                     });
}

}  // namespace trellis::domain
