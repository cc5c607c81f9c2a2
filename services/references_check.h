// That what a request refers to exists: the plans, inductions and session notes that it names
// beside the one it is about.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "projections/views.h"

namespace trellis::services {

// OK, or NOT_FOUND about the first reference to what `views` do not have. References are the fields
// of `request`, in depth, whose format is the name of a stream (SUPPORT_PLAN, ACTION_PLAN,
// INDUCTION, STREAM), but for its own `name` and what is OUTPUT_ONLY; and the session notes that
// targets of an action plan come from. `request` has passed Validate.
//
// What is there is never removed, so that a yes stays true. Of something that is made in the same
// instant it may say no.
absl::Status RequireReferencesExist(const google::protobuf::Message& request,
                                    const projections::Views& views);

}  // namespace trellis::services
