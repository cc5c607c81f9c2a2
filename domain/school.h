// What may happen to the record of a school, and what each thing that happened means.
//
// Requests have passed Validate. Every rule about capacity and state stands in a Decide; Evolve has
// none. What concerns another record, such as whether the school that follows exists and is not one
// that this one follows, is the service's to check.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "domain/school_calendar.h"
#include "trellis/v1/school.pb.h"
#include "trellis/v1/school_events.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::SchoolRecord> {
  using Type = v1::SchoolEvent;
};
using SchoolDecided = DecidedOn<v1::SchoolRecord>;

inline constexpr absl::string_view kSchoolStreams = "schools/";

// The name of the school's record, and the URN in such a name.
std::string SchoolName(absl::string_view urn);
std::string UrnOf(absl::string_view school);

// The calendars that the school has given.
SchoolYears CalendarsOf(const v1::SchoolRecord& school);

// The trust that the school is in on `day`, a date, or an empty name.
std::string TrustOn(const google::protobuf::RepeatedPtrField<v1::TrustMembership>& trusts,
                    const std::string& day);

// Applies `event` to `school`. Total: every event ever written has a case, for ever. `name` is the
// school's, set by its first event.
void Evolve(v1::SchoolRecord& school, const std::string& name, const v1::SchoolEvent& event,
            const EventFacts& facts);

// Each returns what follows, nothing if it is so already, or a refusal: NOT_FOUND (no such school
// or entry), PERMISSION_DENIED (not in this capacity), INVALID_ARGUMENT and FAILED_PRECONDITION (a
// rule). `school` is the present state; one that does not exist has revision 0.
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::RecordSchoolRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::JoinTrustRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::LeaveTrustRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::RecordSuccessorRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::SetSchoolYearRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::AddPlanFormatRequest& request,
                     const Context& context);
SchoolDecided Decide(const v1::SchoolRecord& school, const v1::WithdrawPlanFormatRequest& request,
                     const Context& context);

}  // namespace trellis::domain
