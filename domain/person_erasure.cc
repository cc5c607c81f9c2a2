// Who may have a person erased, and how many it takes.
#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/dates.h"
#include "domain/erasure.h"
#include "domain/person_rules.h"

namespace trellis::domain {
namespace {

// The school that answers for the record, and who runs the ledger for it.
constexpr Capacities kErasers = {v1::HEADTEACHER, v1::ADMINISTRATOR};

absl::Status RequireReason(const std::string& reason) {
  if (reason.size() >= kOverrideReasonMin) return absl::OkStatus();
  return InvalidRequest(
      {{"override_reason", absl::StrCat("got ", reason.size(), " characters, want ",
                                        kOverrideReasonMin, " or more")}});
}

// A wish that is still to be agreed to: who agrees has to know of what stands against it, and
// whoever asked did not know of a hold that was placed since.
bool Waits(const Person& person, const Context& context) {
  if (!person.has_erasure_request()) return false;
  const v1::ErasureRequest& request = person.erasure_request();
  const auto& holds = person.legal_holds();
  const bool held_since = std::any_of(holds.begin(), holds.end(), [&](const v1::LegalHold& hold) {
    return IsInForce(hold) &&
           FromTimestamp(hold.entry().record_time()) > FromTimestamp(request.request_time());
  });
  return !held_since && DateText(context.today) <= request.agree_until();
}

// Whoever has asked, under another name too.
bool HasAsked(const v1::ErasureRequest& request, const Context& context) {
  return request.requested_by() == context.actor.person() ||
         (!context.credential.empty() && request.requested_with() == context.credential);
}

absl::Status NeedsAnother(const Person& person) {
  const v1::ErasureRequest& request = person.erasure_request();
  return Error(
      absl::StatusCode::kFailedPrecondition, "ERASURE_NEEDS_ANOTHER",
      absl::StrCat(request.requested_by(), " has asked to erase ", person.name(),
                   "; want somebody else to ask for it too, until ", request.agree_until()),
      {{"name", person.name()}, {"until", request.agree_until()}});
}

}  // namespace

// That nothing stands against it, or is set aside, is for RequireErasable to say, which knows what.
PersonDecided Decide(const Person& person, const v1::EraseSubjectRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kErasers, "erase a person"));
  RETURN_IF_ERROR(RequireExists(person));
  if (context.actor.person() == person.name()) return NotTheParty(context, person.name());
  const bool sets_aside = !request.override_reason().empty();
  const bool agrees = sets_aside && Waits(person, context);
  if (sets_aside) RETURN_IF_ERROR(RequireReason(request.override_reason()));
  if (agrees && HasAsked(person.erasure_request(), context)) return NeedsAnother(person);
  PersonDraft draft(person, context);
  v1::PersonEvent event;
  if (sets_aside && !agrees) {
    v1::ErasureRequest& asked = *event.mutable_erasure_requested()->mutable_request();
    asked.set_agree_until(DateText(context.today + kAgreeDays));
    asked.set_reason(request.reason());
    asked.set_override_reason(request.override_reason());
    asked.set_requested_with(context.credential);
  } else {
    v1::SubjectErased& erased = *event.mutable_subject_erased();
    erased.set_subject(person.name());
    erased.set_reason(request.reason());
    if (agrees) {
      erased.set_override_reason(request.override_reason());
      erased.set_override_requested_by(person.erasure_request().requested_by());
      erased.set_override_requested_reason(person.erasure_request().override_reason());
    }
  }
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::CompleteErasureRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::SYSTEM}, "complete an erasure"));
  RETURN_IF_ERROR(RequireExists(person));
  PersonDraft draft(person, context);
  if (request.records_alone()) return std::move(draft).Finish();
  if (person.has_erasure_complete_time()) return std::move(draft).Finish();
  v1::PersonEvent event;
  event.mutable_erasure_completed()->set_record_count(request.record_count());
  event.mutable_erasure_completed()->set_key_backup_count(request.key_backup_count());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
