// What of a caseload those see who may see aggregates only. Pure.
//
// A count of 1 to 4 could point at a person, so it is suppressed; and so is whatever would let
// somebody compute it who sees the rest and knows these rules:
//
// 1. A count of 1 to 4 is suppressed. 0 is shown: it is about nobody.
// 2. A total of schools, some of which are suppressed, is shown only if what remains for these can
//    be shared out in several ways with room to spare: n of them, two or more, have more than n + 1
//    and fewer than 4n - 1 together. That of overdue reviews is shown only if, besides, more than
//    n + 1 more reviews could be overdue in the n schools of which something is suppressed: at most
//    4 in each, and no more than it has open plans.
// 3. If the open plans are suppressed, so is every other total, and no standard is listed: none can
//    be greater.
// 4. Paused plans, overdue reviews and reviews that are due share the open plans out between them.
//    If one of the three is suppressed, all are; and if no school's overdue reviews are suppressed
//    yet, then those of every school that has some.
//
// Nothing here helps against comparing the counts of two days.
#pragma once

#include "trellis/v1/caseload.pb.h"

namespace trellis::domain {

// The smallest count that is shown, other than 0.
inline constexpr int kSmallestShown = 5;

// Suppresses in `caseload`, whose counts are all shown, what those may not see who see aggregates.
void Suppress(v1::Caseload& caseload);

}  // namespace trellis::domain
