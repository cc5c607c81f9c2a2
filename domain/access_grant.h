// What may happen to a grant of access, and what each thing that happened means.
//
// Requests have passed Validate. That the record exists, and that the caller may grant access to
// it, is the service's to check.
#pragma once

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/access_events.pb.h"
#include "trellis/v1/access_grant.pb.h"
#include "trellis/v1/access_service.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::AccessGrant> {
  using Type = v1::AccessGrantEvent;
};

inline constexpr absl::string_view kAccessGrantStreams = "accessGrants/";

// The longest that access is granted for: a school year and a day. Longer needs another look.
inline constexpr int kGrantDaysMax = 366;
// How long broken glass stays open: the day and the next one.
inline constexpr int kBreakGlassDays = 2;
// A reason that says nothing is none.
inline constexpr int kBreakGlassReasonMin = 20;

// Whether the grant gives access on `day`, a date.
bool IsInForce(const v1::AccessGrant& grant, absl::string_view day);

// Applies `event` to `grant`. Total: every event ever written has a case, for ever.
void Evolve(v1::AccessGrant& grant, const std::string& name, const v1::AccessGrantEvent& event,
            const EventFacts& facts);

// Each returns what follows, or a refusal: PERMISSION_DENIED (not in this capacity),
// INVALID_ARGUMENT (days in a wrong order, too long a time, a record of another kind, too short a
// reason), ALREADY_EXISTS, NOT_FOUND.
DecidedOn<v1::AccessGrant> Decide(const v1::AccessGrant& grant,
                                  const v1::GrantAccessRequest& request, const Context& context);
DecidedOn<v1::AccessGrant> Decide(const v1::AccessGrant& grant,
                                  const v1::BreakGlassRequest& request, const Context& context);
DecidedOn<v1::AccessGrant> Decide(const v1::AccessGrant& grant,
                                  const v1::RevokeAccessRequest& request, const Context& context);

}  // namespace trellis::domain
