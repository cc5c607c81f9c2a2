// What may happen to the record of a person, and what each thing that happened means.
//
// Requests have passed Validate. Every rule about capacity and state stands in a Decide; Evolve has
// none. What concerns another person, such as whether there is one, is the service's to check.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/directory_events.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/erasure_requests.pb.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::Person> {
  using Type = v1::PersonEvent;
};
using Person = v1::Person;
using PersonDecided = DecidedOn<Person>;

inline constexpr absl::string_view kPersonStreams = "people/";

// The seven digits that `text` writes as a teacher reference number, in the present or an older
// form (`RP 12/34567`, five or six digits); nothing if it writes none. The sentinels of nine
// characters that student records use are none.
std::optional<std::string> NormalTrn(absl::string_view text);

// True if `role` is held on `day`, a date.
bool IsHeldOn(const v1::PersonRole& role, const std::string& day);

// True if both are the same role at the same place, whenever they are held.
bool IsAtOnePlace(const v1::PersonRole& a, const v1::PersonRole& b);

// True if the legal hold was not released.
bool IsInForce(const v1::LegalHold& hold);

// Applies `event` to `person`. Total: every event ever written has a case, for ever. `name` is the
// person's, set by its first event.
void Evolve(Person& person, const std::string& name, const v1::PersonEvent& event,
            const EventFacts& facts);

// Each returns what follows, or a refusal: NOT_FOUND (no such person or entry), PERMISSION_DENIED
// (not in this capacity, another's diary, or one's own or another's legal hold), INVALID_ARGUMENT
// and FAILED_PRECONDITION (a rule), ALREADY_EXISTS (RegisterPerson). `person` is the present state;
// one that does not exist has revision 0.
PersonDecided Decide(const Person& person, const v1::RegisterPersonRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::RenamePersonRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::SetEmailRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::SetPersonTrnRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::JoinPersonsRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::SeparatePersonsRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::StartRoleRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::EndRoleRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::CreateDiaryFeedRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::RevokeDiaryFeedRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::BindIdentityRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::UnbindIdentityRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::EraseSubjectRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::CompleteErasureRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::PlaceLegalHoldRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::ReleaseLegalHoldRequest& request,
                     const Context& context);
PersonDecided Decide(const Person& person, const v1::ProposeErasureRequest& request,
                     const Context& context);

}  // namespace trellis::domain
