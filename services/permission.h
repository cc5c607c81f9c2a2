// Whether somebody may do something in a capacity: the policy's table, asked with what the views
// know of the record and of the caller.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "google/protobuf/message.h"
#include "policy/policy.h"
#include "projections/views.h"
#include "services/authenticator.h"

namespace trellis::services {

// What was found out on the way, for the access log; also of what was refused.
struct Finding {
  // The record, or what the list is of; empty: neither.
  std::string record = {};
  // Whose it is, `people/{uuid}`; empty if it is nobody's, or many people's.
  std::string subject = {};
  // The grant by which they may, `accessGrants/{uuid}`; empty: their role lets them.
  std::string access_grant = {};
  bool glass_broken = false;
};

// OK, or as Gate::Admit says. `principal` is a person or a service account who may do what `row`
// says to something in `capacity`; `request`, which was validated, is null for a stream, whose
// messages come later.
absl::Status CheckPermission(projections::Views& views, const Clock& clock,
                             const Principal& principal, v1::Capacity capacity,
                             const policy::Row& row, const google::protobuf::Message* request,
                             Finding& finding);

// What can be found out of a request whose caller may do anything: of the developer.
Finding FindingOf(projections::Views& views, const google::protobuf::Message* request);

// Whether they may see a record (a plan, an induction, a grant, a person) as it is now, as the rpc
// that gets it shows it. False if there is none.
absl::StatusOr<bool> MaySee(projections::Views& views, const Clock& clock,
                            const Principal& principal, v1::Capacity capacity,
                            const std::string& record);

}  // namespace trellis::services
