// What every call passes before anything is done: who calls, in which capacity, and whether the
// policy lets them (policy/policy.txt). Deny by default.
//
// Operation.   Says of a record that the caller may not see what it says of one that does not
//              exist, in the same words.
// Concurrency. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "google/protobuf/message.h"
#include "policy/access.h"
#include "policy/policy.h"
#include "projections/views.h"
#include "services/authenticator.h"
#include "services/caller.h"

namespace trellis::services {

// A call that was let in.
struct Admission {
  Principal principal;
  // Who acts; in development, of a call that says nothing of its caller: ACTOR_MISSING. Reads that
  // are the same for everybody do not ask.
  absl::StatusOr<Caller> caller;
};

class Gate {
 public:
  // All must outlive the gate.
  Gate(const Authenticator& authenticator, projections::Views& views, const Clock& clock)
      : authenticator_(authenticator), views_(views), clock_(clock) {}

  // Whether the caller may do what `row` says to what `request` (validated; null: of a stream,
  // whose messages come later) is about.
  //   UNAUTHENTICATED    as of Authenticator and, without a capacity, ACTOR_MISSING
  //   PERMISSION_DENIED  IDENTITY_UNBOUND, NOT_AN_ADMINISTRATOR, CAPACITY_NOT_ALLOWED,
  //                      SCOPE_MISSING, LIST_NOT_ALLOWED, ROLE_ENDED
  //   NOT_FOUND          there is no such record, or none that the caller may see
  absl::StatusOr<Admission> Admit(const Credentials& credentials, const policy::Row& row,
                                  const google::protobuf::Message* request) const;

 private:
  absl::Status Check(const Principal& principal, v1::Capacity capacity, const policy::Row& row,
                     const google::protobuf::Message* request) const;

  const Authenticator& authenticator_;
  projections::Views& views_;
  const Clock& clock_;
};

}  // namespace trellis::services
