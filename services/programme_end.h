// What the end of a training programme does beside its induction.
#pragma once

#include "domain/induction.h"
#include "services/command_pipeline.h"

namespace trellis::services {

// Adds to `outcome`, where `decision` ended the programme of `induction` and the mentor and the ECT
// do not both stay, that each of the ECT's open action plans passes to the ECT alone. A plan that
// is drafted in the same instant is not seen.
absl::Status HandOverActionPlans(projections::Views& views, const v1::Induction& induction,
                                 const domain::DecisionOn<v1::Induction>& decision,
                                 Outcome& outcome);

}  // namespace trellis::services
