// The conditions of decisions: each reads as a line of policy, and refuses with a reason.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "domain/aggregate.h"
#include "domain/entries.h"
#include "domain/support_plan.h"

namespace trellis::domain {

using Capacities = std::initializer_list<v1::Capacity>;
// Those who write the plan: the induction tutor, and the headteacher who answers for it.
inline constexpr Capacities kWriters = {v1::INDUCTION_TUTOR, v1::HEADTEACHER};

// The person whom the plan names for this capacity (nobody yet: an empty one); null for capacities
// of which a plan names none.
const v1::Party* PartyFor(const Plan& plan, v1::Capacity capacity);

// FAILED_PRECONDITION about `subject` for a rule of the domain.
absl::Status Refusal(absl::string_view reason, absl::string_view subject,
                     absl::string_view message);

// The state exists, or NOT_FOUND.
template <typename State>
absl::Status RequireExists(const State& state) {
  return state.revision() > 0 ? absl::OkStatus() : NotFound(state.name());
}
// There is none of this name yet, or ALREADY_EXISTS.
template <typename State>
absl::Status RequireNew(const State& state) {
  return state.revision() == 0 ? absl::OkStatus() : AlreadyExists(state.name());
}

// The plan is ACTIVE: not paused, not closed.
absl::Status RequireActive(const Plan& plan, absl::string_view verb);

// The plan is ACTIVE or PAUSED: what happened can be recorded, what is agreed cannot change.
absl::Status RequireNotClosed(const Plan& plan, absl::string_view verb);

// The actor acts in one of `allowed`.
absl::Status RequireOneOf(const Context& context, Capacities allowed, absl::string_view verb);

// PERMISSION_DENIED: the actor is not who `name` has in the capacity that they act in.
absl::Status NotTheParty(const Context& context, const std::string& name);

// As RequireOneOf and, for a capacity that the plan names, is that person. The ECT acts as the ECT
// alone.
absl::Status RequireCapacity(const Plan& plan, const Context& context, Capacities allowed,
                             absl::string_view verb);

// The ECT holds no other part of the plan, and the appropriate body's contact none in the school.
absl::Status RequireSeparateRoles(const Plan& plan);

// The list of `name` has room for one more.
absl::Status RequireRoom(const std::string& name, absl::string_view what, int size, int max);

// NOT_FOUND: `name` has no such entry.
absl::Status EntryNotFound(const std::string& name, absl::string_view id, absl::string_view kind);

// The entry of this type with this id, not struck out.
template <typename T, typename State>
absl::StatusOr<const T*> RequireEntry(const State& state, const std::string& id) {
  const google::protobuf::Message* const entry = FindEntry(state, id);
  if (entry == nullptr || entry->GetDescriptor() != T::descriptor()) {
    return EntryNotFound(state.name(), id, T::descriptor()->name());
  }
  if (IsStruckOut(*entry)) {
    return Refusal("ENTRY_STRUCK_OUT", id,
                   absl::StrCat("entry ", id, " of ", state.name(), " was struck out at revision ",
                                EntryOf(*entry).correction().revision()));
  }
  return static_cast<const T*>(entry);
}

// The concern exists and is OPEN.
absl::Status RequireOpenConcern(const Plan& plan, const std::string& id);

// The target exists, was not withdrawn and, unless `concern_id` is empty, stands under it.
absl::StatusOr<const v1::Target*> RequireStandingTarget(const Plan& plan, const std::string& id,
                                                        const std::string& concern_id);

}  // namespace trellis::domain
