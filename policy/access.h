// Whether a reach extends to a record, and up to which day of it. Pure.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "policy/policy.h"
#include "policy/subject.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::policy {

// Who asks, and in which capacity.
struct Asker {
  // `people/{uuid}`.
  absl::string_view person;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // What the directory has of them; null if they are not in it.
  const v1::Person* record = nullptr;
};

// How much of a record somebody may see.
struct Extent {
  bool allowed = false;
  // The last day of which they may see it as it was known then; empty: as it is.
  std::string until_on;
};

// Whether two schools (URNs) are one: the same, or one follows the other.
using SameSchool = absl::FunctionRef<bool(absl::string_view, absl::string_view)>;

// Whether `asker`, who reaches so far, may see `subject` on `today`, a date. Counts (kAggregate)
// are no record: not allowed.
Extent ExtentOf(Reach reach, const Asker& asker, const Subject& subject, absl::string_view today,
                SameSchool same_school);

// Whether they hold the capacity as a role today: anywhere; at this school.
bool HoldsRole(const Asker& asker, absl::string_view today);
bool HoldsRoleAt(const Asker& asker, absl::string_view school_urn, absl::string_view today,
                 SameSchool same_school);

}  // namespace trellis::policy
