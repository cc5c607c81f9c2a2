// Whether somebody may do something in a capacity: the policy's table, asked with what the views
// know of the record and of the caller.
#pragma once

#include "absl/status/status.h"
#include "base/clock.h"
#include "google/protobuf/message.h"
#include "policy/policy.h"
#include "projections/views.h"
#include "services/authenticator.h"

namespace trellis::services {

// OK, or as Gate::Admit says. `principal` is a person or a service account who may do what `row`
// says to something in `capacity`; `request`, which was validated, is null for a stream, whose
// messages come later.
absl::Status CheckPermission(projections::Views& views, const Clock& clock,
                             const Principal& principal, v1::Capacity capacity,
                             const policy::Row& row, const google::protobuf::Message* request);

}  // namespace trellis::services
