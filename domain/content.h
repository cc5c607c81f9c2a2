// The parts of decisions about what is agreed: one command adds one entry, OpenSupportPlan and
// RenewPlan add many. `path` is where the entry stands in the request.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "domain/draft.h"
#include "domain/support_plan.h"

namespace trellis::domain {

absl::Status AddConcern(Draft& draft, v1::Concern concern, const std::string& path);
absl::Status AddTarget(Draft& draft, v1::Target target, const std::string& path);
absl::Status AddAction(Draft& draft, v1::Action action, const std::string& path);
absl::Status AddSupport(Draft& draft, v1::Support support, const std::string& path);

// Schedules a review on its date or, where that is no working day, on the next one, which is said
// as a warning (REVIEW_DATE_MOVED).
absl::Status AddReview(Draft& draft, v1::Review review, const std::string& path);
// The same for a review whose date stands at `path` itself. Does not look at its concerns.
absl::Status AddReviewOn(Draft& draft, v1::Review review, absl::CivilDay wanted,
                         const std::string& path);

// Schedules the reviews of the plan's cadence after `start`, no two on one day.
absl::Status AddReviewsOfCadence(Draft& draft, absl::CivilDay start, const std::string& path);

// `wanted` or the next working day, with the warning that says so (REVIEW_DATE_MOVED).
absl::CivilDay ReviewDay(DraftBase& draft, absl::CivilDay wanted, const std::string& path);

// Refused: a day before the review was agreed (REVIEW_BEFORE_AGREED), or more than
// kReviewDaysAheadMax after (REVIEW_TOO_FAR).
absl::Status RequireReviewDay(const DraftBase& draft, absl::CivilDay day, const std::string& path);

// Warns if `due_on` is no school day, or before the day of the event.
void WarnOfDueDate(DraftBase& draft, const std::string& due_on, const std::string& path);

// Moves a review that is planned to `wanted` or the next working day, likewise said.
void MoveReview(Draft& draft, const std::string& review_id, absl::CivilDay wanted,
                const std::string& reason, const std::string& path);

}  // namespace trellis::domain
