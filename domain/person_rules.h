// What the decisions about people share: the conditions, each of which reads as a line of policy.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "domain/draft.h"
#include "domain/entries.h"
#include "domain/person.h"
#include "domain/requires.h"

namespace trellis::domain {

using PersonDraft = DraftOn<Person>;

// Those who keep the directory: the schools' own, who runs the ledger, and the programs that feed
// it from other systems.
inline constexpr Capacities kKeepers = {v1::INDUCTION_TUTOR, v1::HEADTEACHER, v1::ADMINISTRATOR,
                                        v1::SERVICE};

// Those who keep what is of no one school, or lets the people of one see another: registers, which
// trust a school is in, and which school follows which.
inline constexpr Capacities kRegistrars = {v1::ADMINISTRATOR, v1::SERVICE};

// The record exists and stands for itself: what is new belongs to the one that stands for both.
absl::Status RequireOwn(const Person& person);

// Likewise, and the caller keeps the directory.
absl::Status RequireKeeperOf(const Person& person, const Context& context, absl::string_view verb);

}  // namespace trellis::domain
