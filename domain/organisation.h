// What may happen to the records of a trust and of an appropriate body: the directory keeps what a
// register says of them, as last recorded. Schools have a life of their own: domain/school.h.
//
// Requests have passed Validate. That a trust which is named exists is the service's to check.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/school.pb.h"
#include "trellis/v1/school_events.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::Trust> {
  using Type = v1::TrustEvent;
};
template <>
struct EventOf<v1::AppropriateBody> {
  using Type = v1::AppropriateBodyEvent;
};

inline constexpr absl::string_view kTrustStreams = "trusts/";
inline constexpr absl::string_view kAppropriateBodyStreams = "appropriateBodies/";

// Apply `event`. Total: every event ever written has a case, for ever.
void Evolve(v1::Trust& trust, const std::string& name, const v1::TrustEvent& event,
            const EventFacts& facts);
void Evolve(v1::AppropriateBody& body, const std::string& name,
            const v1::AppropriateBodyEvent& event, const EventFacts& facts);

// Each returns what follows, nothing if it is known already, or a refusal: PERMISSION_DENIED (not
// in this capacity), INVALID_ARGUMENT and FAILED_PRECONDITION (a rule).
DecidedOn<v1::Trust> Decide(const v1::Trust& trust, const v1::RecordTrustRequest& request,
                            const Context& context);
DecidedOn<v1::AppropriateBody> Decide(const v1::AppropriateBody& body,
                                      const v1::RecordAppropriateBodyRequest& request,
                                      const Context& context);

}  // namespace trellis::domain
