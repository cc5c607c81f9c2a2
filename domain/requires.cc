#include "domain/requires.h"

#include <algorithm>

#include "base/status_macros.h"

namespace trellis::domain {

const v1::Party* PartyFor(const Plan& plan, v1::Capacity capacity) {
  switch (capacity) {
    case v1::ECT:
      return &plan.ect();
    case v1::INDUCTION_TUTOR:
      return &plan.induction_tutor();
    case v1::HEADTEACHER:
      return &plan.headteacher();
    case v1::APPROPRIATE_BODY:
      return &plan.appropriate_body();
    default:
      return nullptr;
  }
}

namespace {

std::string Names(Capacities capacities) {
  std::string names;
  for (const v1::Capacity capacity : capacities) {
    absl::StrAppend(&names, names.empty() ? "" : " or ", v1::Capacity_Name(capacity));
  }
  return names;
}

}  // namespace

absl::Status Refusal(absl::string_view reason, absl::string_view subject,
                     absl::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, message,
               {{"subject", std::string(subject)}});
}

absl::Status RequireActive(const Plan& plan, absl::string_view verb) {
  RETURN_IF_ERROR(RequireNotClosed(plan, verb));
  if (plan.state() != v1::SupportPlan::PAUSED) return absl::OkStatus();
  return Refusal(
      "PLAN_PAUSED", plan.name(),
      absl::StrCat(plan.name(), " is paused since ",
                   plan.pauses(plan.pauses_size() - 1).paused_on(), "; resume it to ", verb));
}

absl::Status RequireNotClosed(const Plan& plan, absl::string_view verb) {
  RETURN_IF_ERROR(RequireExists(plan));
  if (plan.state() != v1::SupportPlan::CLOSED) return absl::OkStatus();
  return Refusal("PLAN_CLOSED", plan.name(),
                 absl::StrCat(plan.name(), " was closed on ", plan.closure().closed_on(),
                              "; nobody can ", verb, " any more"));
}

absl::Status RequireOneOf(const Context& context, Capacities allowed, absl::string_view verb) {
  if (std::find(allowed.begin(), allowed.end(), context.capacity) != allowed.end()) {
    return absl::OkStatus();
  }
  const std::string capacity = v1::Capacity_Name(context.capacity);
  return Error(absl::StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED",
               absl::StrCat("capacity ", capacity, " may not ", verb, "; want ", Names(allowed)),
               {{"capacity", capacity}});
}

absl::Status NotTheParty(const Context& context, const std::string& name) {
  const std::string& actor = context.actor.person();
  const std::string capacity = v1::Capacity_Name(context.capacity);
  return Error(absl::StatusCode::kPermissionDenied, "NOT_THE_PARTY",
               absl::StrCat(actor, " is not the ", capacity, " of ", name),
               {{"actor", actor}, {"capacity", capacity}, {"name", name}});
}

absl::Status RequireCapacity(const Plan& plan, const Context& context, Capacities allowed,
                             absl::string_view verb) {
  RETURN_IF_ERROR(RequireOneOf(context, allowed, verb));
  const std::string capacity = v1::Capacity_Name(context.capacity);
  const std::string& actor = context.actor.person();
  const v1::Party* const party = PartyFor(plan, context.capacity);
  if (party == nullptr && actor == plan.ect().person()) {
    return Error(
        absl::StatusCode::kPermissionDenied, "ECT_HAS_OTHER_ROLE",
        absl::StrCat(actor, " is the ECT of ", plan.name(), " and cannot act as ", capacity),
        {{"actor", actor}, {"capacity", capacity}, {"name", plan.name()}});
  }
  // Nobody is not the one who is still to be named.
  if (party == nullptr || (party->person() == actor && !actor.empty())) return absl::OkStatus();
  return NotTheParty(context, plan.name());
}

absl::Status RequireSeparateRoles(const Plan& plan) {
  const std::string& ect = plan.ect().person();
  for (const v1::Party* const party :
       {&plan.induction_tutor(), &plan.headteacher(), &plan.appropriate_body()}) {
    if (party->person() != ect) continue;
    return Refusal("ECT_HAS_OTHER_ROLE", ect,
                   absl::StrCat(ect, " is the ECT and cannot hold another role"));
  }
  // The head may be the tutor too (guidance 2.42); the appropriate body assures what both do.
  const std::string& body = plan.appropriate_body().person();
  if (body.empty() ||
      (body != plan.induction_tutor().person() && body != plan.headteacher().person())) {
    return absl::OkStatus();
  }
  return Refusal("APPROPRIATE_BODY_NOT_INDEPENDENT", body,
                 absl::StrCat(body,
                              " is the appropriate body's contact and cannot be the "
                              "induction tutor or the headteacher too"));
}

absl::Status RequireRoom(const std::string& name, absl::string_view what, int size, int max) {
  if (size < max) return absl::OkStatus();
  return Refusal("PLAN_FULL", name, absl::StrCat(name, " has ", size, " ", what, ", limit ", max));
}

absl::Status EntryNotFound(const std::string& name, absl::string_view id, absl::string_view kind) {
  return Error(absl::StatusCode::kNotFound, "ENTRY_NOT_FOUND",
               absl::StrCat(name.empty() ? "the plan" : name, " has no ", kind, " ", id),
               {{"entry", std::string(id)}, {"name", name}});
}

absl::Status RequireOpenConcern(const Plan& plan, const std::string& id) {
  ASSIGN_OR_RETURN(const v1::Concern* const concern, RequireEntry<v1::Concern>(plan, id));
  if (concern->state() == v1::Concern::OPEN) return absl::OkStatus();
  return Refusal("CONCERN_RESOLVED", id,
                 absl::StrCat("concern ", id, " of ", plan.name(), " is resolved"));
}

absl::StatusOr<const v1::Target*> RequireStandingTarget(const Plan& plan, const std::string& id,
                                                        const std::string& concern_id) {
  ASSIGN_OR_RETURN(const v1::Target* const target, RequireEntry<v1::Target>(plan, id));
  if (!target->withdrawal_reason().empty()) {
    return Refusal("TARGET_WITHDRAWN", id,
                   absl::StrCat("target ", id, " of ", plan.name(), " was withdrawn"));
  }
  if (!concern_id.empty() && target->concern_id() != concern_id) {
    return Refusal("TARGET_OF_ANOTHER_CONCERN", id,
                   absl::StrCat("target ", id, " of ", plan.name(), " stands under ",
                                target->concern_id(), ", not under ", concern_id));
  }
  return target;
}

}  // namespace trellis::domain
