// How long what is held about one person is kept, as the views know it: what stands before erasing
// them.
//
// Concurrency. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "domain/retention.h"
#include "services/aggregate_service.h"

namespace trellis::services {

// What is found of the person of `record`, `people/{uuid}`, and of all records that are joined with
// it, by the years that the settings say (Rooms::retention_years). No duties: nothing is known of
// them. UNAVAILABLE while the views are, DATA_LOSS (VIEWS_DAMAGED).
//
// Whoever erases asks this, and refuses unless Due(today); between asking and erasing a hold may
// come: let the command be decided on the revision of the person that was read before asking.
absl::StatusOr<domain::RetentionFinding> RetentionOf(const Rooms& rooms, const std::string& record);

// Whether the caller may know of the record that the duty is of: that there is a plan about
// somebody is told to nobody who may not see it.
absl::StatusOr<bool> MayKnow(const Rooms& rooms, const Admission& admission,
                             const v1::RetentionDuty& duty);

}  // namespace trellis::services
