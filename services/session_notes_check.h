// That the session notes which a target of an action plan comes from exist: their ids alone do not
// say whose they are.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "projections/views.h"

namespace trellis::services {

// OK, or NOT_FOUND about the first note that the plan's induction does not have. `request` has
// passed Validate; one that names no notes passes. Notes are never removed, so a yes stays true.
absl::Status RequireSessionNotes(const google::protobuf::Message& request,
                                 const projections::Views& views);

}  // namespace trellis::services
