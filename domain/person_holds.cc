// What stands against erasing a person, and that it was proposed.
#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/person_rules.h"

namespace trellis::domain {
namespace {

// Those who answer for the record, or are sued over it: the school and the appropriate body, who
// both keep it for six years (guidance 2.77, 5.3, 5.11), and who runs the ledger.
constexpr Capacities kHolders = {v1::HEADTEACHER, v1::APPROPRIATE_BODY, v1::ADMINISTRATOR};

// A hold that the appropriate body placed, for an appeal against the school say, is not the
// school's to release, nor the other way about.
absl::Status RequireMayRelease(const Person& person, const v1::LegalHold& hold,
                               const Context& context) {
  const bool is_own = context.actor.person() == person.name();
  const v1::Capacity placed_as = hold.entry().capacity();
  const bool is_theirs = context.capacity == v1::ADMINISTRATOR || context.capacity == placed_as;
  if (!is_own && is_theirs) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "LEGAL_HOLD_OF_OTHERS",
               is_own ? absl::StrCat("legal hold ", hold.hold_id(), " is on ", person.name(),
                                     ", who may not release it; want somebody else")
                      : absl::StrCat("legal hold ", hold.hold_id(), " of ", person.name(),
                                     " was placed by ", v1::Capacity_Name(placed_as), ", got ",
                                     v1::Capacity_Name(context.capacity), ", want ",
                                     v1::Capacity_Name(placed_as), " or ADMINISTRATOR"),
               {{"name", person.name()}, {"hold_id", hold.hold_id()}});
}

}  // namespace

bool IsInForce(const v1::LegalHold& hold) { return !hold.has_release_time(); }

PersonDecided Decide(const Person& person, const v1::PlaceLegalHoldRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kHolders, "place a legal hold"));
  RETURN_IF_ERROR(RequireOwn(person));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  const auto& holds = person.legal_holds();
  const auto standing =
      std::count_if(holds.begin(), holds.end(), [](const auto& hold) { return IsInForce(hold); });
  RETURN_IF_ERROR(RequireRoom(person.name(), "legal holds that stand", static_cast<int>(standing),
                              kStandingHoldsMax));
  RETURN_IF_ERROR(RequireRoom(person.name(), "legal holds", holds.size(), kNotesMax));
  v1::PersonEvent event;
  v1::LegalHold& hold = *event.mutable_legal_hold_placed()->mutable_legal_hold();
  hold.set_hold_id(NextEntryId('h', holds.size()));
  hold.set_reason(request.legal_hold().reason());
  hold.set_matter(request.legal_hold().matter());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::ReleaseLegalHoldRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kHolders, "release a legal hold"));
  RETURN_IF_ERROR(RequireExists(person));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  ASSIGN_OR_RETURN(const v1::LegalHold* const hold,
                   RequireEntry<v1::LegalHold>(person, request.hold_id()));
  RETURN_IF_ERROR(RequireMayRelease(person, *hold, context));
  if (!IsInForce(*hold)) return std::move(draft).Finish();
  v1::PersonEvent event;
  event.mutable_legal_hold_released()->set_hold_id(hold->hold_id());
  event.mutable_legal_hold_released()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::ProposeErasureRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::SYSTEM}, "propose to erase a person"));
  RETURN_IF_ERROR(RequireOwn(person));
  PersonDraft draft(person, context);
  const auto& known = person.erasure_proposals();
  const bool is_known = std::any_of(known.begin(), known.end(), [&](const auto& one) {
    return one.keep_until() == request.keep_until();
  });
  if (is_known) return std::move(draft).Finish();
  if (request.keep_until() >= DateText(context.today)) {
    return InvalidRequest(
        {{"keep_until", absl::StrCat("got ", request.keep_until(), ", want a day before today, ",
                                     DateText(context.today))}});
  }
  for (const v1::LegalHold& hold : person.legal_holds()) {
    if (!IsInForce(hold)) continue;
    return Refusal("LEGAL_HOLD_STANDS", hold.hold_id(),
                   absl::StrCat("legal hold ", hold.hold_id(), " of ", person.name(),
                                " stands: nothing is erased, nor proposed to be"));
  }
  RETURN_IF_ERROR(RequireRoom(person.name(), "proposals to erase", known.size(), kEntriesMax));
  v1::PersonEvent event;
  v1::ErasureProposal& proposal = *event.mutable_erasure_proposed()->mutable_proposal();
  proposal.set_proposal_id(NextEntryId('e', known.size()));
  proposal.set_keep_until(request.keep_until());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
