// Time limits in working days, as the Education (Induction Arrangements for School Teachers)
// (England) Regulations 2012 count them. Pure.
//
// They run on working days (domain/dates.h), in the school holidays too: no school's calendar
// changes one. Each is "within N working days beginning with the date on which", so the day itself
// is the first of the N and not the one before the first (regulation 11).
#pragma once

#include "absl/time/civil_time.h"

namespace trellis::domain {

// How many working days there are from `first` to `last`, both counted; 0 if `last` is before
// `first`.
int CountWorkingDays(absl::CivilDay first, absl::CivilDay last);

// The last day of "within `count` working days beginning with `day`"; `count` is at least 1. Where
// `day` is no working day, the next one is the first that counts: a limit is not shortened because
// something happened on a Saturday. What is done on the day that comes back is in time.
absl::CivilDay DeadlineWithin(int count, absl::CivilDay day);

}  // namespace trellis::domain
