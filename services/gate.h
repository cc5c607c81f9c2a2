// What every call passes before anything is done: who calls, whether they call too often, in which
// capacity, and whether the policy lets them (policy/policy.txt). Deny by default.
//
// Operation.   Says of a record that the caller may not see what it says of one that does not
//              exist, in the same words.
// Concurrency. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/policy.h"
#include "projections/views.h"
#include "services/authenticator.h"
#include "services/caller.h"
#include "services/command_pipeline.h"
#include "services/permission.h"
#include "services/rate_limiter.h"

namespace trellis::services {

// Who calls, before it is known what they want.
struct Visitor {
  Principal principal;
  // Who acts. Without a capacity if a reader says none.
  Caller caller;
  // Why, if they said it (`trellis-reason`).
  std::string reason;
  // What they want, once it was asked whether they may.
  Finding finding;
  // Among the calls in progress; null without a limit.
  std::shared_ptr<RateLimiter::Place> place = nullptr;
};

// A call that was let in.
struct Admission {
  Principal principal;
  // Who acts; in development, of a read that says nothing of its caller: ACTOR_MISSING. Reads that
  // are the same for everybody do not ask.
  absl::StatusOr<Caller> caller;
  // As of Visitor.
  std::string reason = {};
  Finding finding = {};
  // To be left when the call is answered, or to be held until then; null without a limit.
  std::shared_ptr<RateLimiter::Place> place = nullptr;
};

class Gate {
 public:
  // All must outlive the gate.
  Gate(const Authenticator& authenticator, const CommandPipeline& pipeline,
       projections::Views& views, const Clock& clock, const RateLimits& limits)
      : authenticator_(authenticator),
        pipeline_(pipeline),
        views_(views),
        clock_(clock),
        limits_(limits),
        callers_(RateLimiter::Create(clock)),
        addresses_(RateLimiter::Create(clock)) {}

  // Who calls the method, whose line of the policy is `row`, and whether somebody like them may at
  // all. Asked before anything is read of a request, so that strangers cost little.
  //   UNAUTHENTICATED    as of Authenticator and, of a command without a capacity, ACTOR_MISSING
  //   PERMISSION_DENIED  IDENTITY_UNBOUND, NOT_AN_ADMINISTRATOR, CAPACITY_NOT_ALLOWED,
  //                      SCOPE_MISSING
  //   RESOURCE_EXHAUSTED as of RateLimiter: of the caller, or of the address that too many calls
  //                      came from which nobody could be told from
  absl::StatusOr<Visitor> Identify(const Credentials& credentials,
                                   const google::protobuf::MethodDescriptor& method,
                                   const policy::Row& row) const;

  // Whether they may do that to what `request` (validated; null: of a stream, whose messages come
  // later) is about. A command that was committed may always be repeated by who gave it: the answer
  // that was lost is theirs, though the command itself may have ended what they may do.
  //   PERMISSION_DENIED  LIST_NOT_ALLOWED, ROLE_ENDED, ROLE_NOT_HELD
  //   NOT_FOUND          there is no such record, or none that the caller may see
  absl::StatusOr<Admission> Admit(Visitor& visitor, const policy::Row& row,
                                  const google::protobuf::Message* request) const;

 private:
  // Who calls, unless too many calls of their address were nobody's; those are counted.
  absl::StatusOr<Principal> Authenticate(const Credentials& credentials) const;
  absl::StatusOr<std::shared_ptr<RateLimiter::Place>> Enter(const Principal& principal) const;
  // Sets the capacity in which they may, if they said none.
  absl::Status Check(Visitor& visitor, const policy::Row& row,
                     const google::protobuf::Message* request) const;

  const Authenticator& authenticator_;
  const CommandPipeline& pipeline_;
  projections::Views& views_;
  const Clock& clock_;
  const RateLimits limits_;
  const std::shared_ptr<RateLimiter> callers_;
  const std::shared_ptr<RateLimiter> addresses_;
};

}  // namespace trellis::services
