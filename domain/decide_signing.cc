// Signatures and the appropriate body's confirmations.
//
// Signing says that the plan was seen and discussed; agreeing is a separate yes. A signature is
// bound to the content's revision and digest, and its date is the time it is recorded.
#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "domain/draft.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

constexpr Capacities kSigners = {v1::ECT, v1::INDUCTION_TUTOR, v1::HEADTEACHER};

// The content that the caller has read is the present one.
absl::Status RequireContentRead(const Plan& plan, int64_t content_revision) {
  if (plan.content_revision() == content_revision) return absl::OkStatus();
  return Refusal(
      "CONTENT_CHANGED", plan.name(),
      absl::StrCat("content_revision is ", content_revision, ", the content of ", plan.name(),
                   " is at revision ", plan.content_revision(), "; read it before signing"));
}

// The capacity's answer to the present content; null if there is none.
const v1::Signature* CurrentAnswer(const Plan& plan, v1::Capacity capacity) {
  const v1::Signature* answer = nullptr;
  for (const v1::Signature& signature : plan.signatures()) {
    if (signature.capacity() == capacity && signature.current()) answer = &signature;
  }
  return answer;
}

// Refused if the capacity has signed the present content: a signature is not taken back.
absl::Status RequireNotSigned(const Plan& plan, v1::Capacity capacity) {
  const v1::Signature* const answer = CurrentAnswer(plan, capacity);
  if (answer == nullptr) return absl::OkStatus();
  if (answer->decision() == v1::Signature::DECLINED ||
      answer->decision() == v1::Signature::UNAVAILABLE) {
    return absl::OkStatus();
  }
  return Refusal("SIGNED_ALREADY", v1::Capacity_Name(capacity),
                 absl::StrCat(v1::Capacity_Name(capacity), " has signed content revision ",
                              answer->content_revision(), " of ", plan.name(), " already"));
}

// Refused if the person has answered: a statement of theirs is not put aside by another's word.
absl::Status RequireNotAnswered(const Plan& plan, v1::Capacity capacity) {
  RETURN_IF_ERROR(RequireNotSigned(plan, capacity));
  const v1::Signature* const answer = CurrentAnswer(plan, capacity);
  if (answer == nullptr || answer->decision() != v1::Signature::DECLINED) return absl::OkStatus();
  return Refusal(
      "DECLINED_ALREADY", v1::Capacity_Name(capacity),
      absl::StrCat(v1::Capacity_Name(capacity), " has declined to sign content revision ",
                   answer->content_revision(), " of ", plan.name(), "; no signature is awaited"));
}

// True if the capacity's answer to the present content is this one already.
bool IsAnsweredBy(const Plan& plan, v1::Capacity capacity, v1::Signature::Decision decision,
                  const std::string& statement) {
  const v1::Signature* const answer = CurrentAnswer(plan, capacity);
  return answer != nullptr && answer->decision() == decision && answer->statement() == statement;
}

}  // namespace

Decided Decide(const Plan& plan, const v1::SignRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireExists(plan));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kSigners, "sign"));
  RETURN_IF_ERROR(RequireContentRead(plan, request.content_revision()));
  // One who signed as seen and discussed may agree later; agreement is not taken back.
  const v1::Signature* const answer = CurrentAnswer(plan, context.capacity);
  const bool agrees_now = answer != nullptr && request.agreed() &&
                          answer->decision() == v1::Signature::SEEN_AND_DISCUSSED;
  if (!agrees_now) RETURN_IF_ERROR(RequireNotSigned(plan, context.capacity));
  Draft draft(plan, context);
  v1::SupportPlanEvent event;
  event.mutable_signed_()->set_decision(request.agreed() ? v1::Signature::AGREED
                                                         : v1::Signature::SEEN_AND_DISCUSSED);
  event.mutable_signed_()->set_statement(request.statement());
  event.mutable_signed_()->set_content_revision(plan.content_revision());
  event.mutable_signed_()->set_content_digest(plan.content_digest());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::DeclineToSignRequest& request, const Context& context) {
  RETURN_IF_ERROR(RequireExists(plan));
  RETURN_IF_ERROR(RequireCapacity(plan, context, kSigners, "decline to sign"));
  RETURN_IF_ERROR(RequireContentRead(plan, request.content_revision()));
  RETURN_IF_ERROR(RequireNotSigned(plan, context.capacity));
  if (IsAnsweredBy(plan, context.capacity, v1::Signature::DECLINED, request.statement())) {
    return Decision{};
  }
  Draft draft(plan, context);
  v1::SupportPlanEvent event;
  event.mutable_signing_declined()->set_statement(request.statement());
  event.mutable_signing_declined()->set_content_revision(plan.content_revision());
  event.mutable_signing_declined()->set_content_digest(plan.content_digest());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::MarkSignatureUnavailableRequest& request,
               const Context& context) {
  RETURN_IF_ERROR(RequireExists(plan));
  if (std::find(kSigners.begin(), kSigners.end(), request.capacity()) == kSigners.end()) {
    return InvalidRequest({{"capacity", absl::StrCat("got ", v1::Capacity_Name(request.capacity()),
                                                     ", want ECT, INDUCTION_TUTOR or "
                                                     "HEADTEACHER")}});
  }
  // Nobody says of their own signature that it can never come.
  const v1::Capacity by =
      request.capacity() == v1::HEADTEACHER ? v1::INDUCTION_TUTOR : v1::HEADTEACHER;
  RETURN_IF_ERROR(RequireCapacity(plan, context, {by}, "mark this signature as unavailable"));
  if (PartyFor(plan, request.capacity())->person() == context.actor.person()) {
    return Error(
        absl::StatusCode::kPermissionDenied, "OWN_SIGNATURE",
        absl::StrCat(context.actor.person(), " is the ", v1::Capacity_Name(request.capacity()),
                     " of ", plan.name(), " too, and can sign or decline"),
        {{"actor", context.actor.person()}, {"name", plan.name()}});
  }
  RETURN_IF_ERROR(RequireNotAnswered(plan, request.capacity()));
  if (IsAnsweredBy(plan, request.capacity(), v1::Signature::UNAVAILABLE, request.reason())) {
    return Decision{};
  }
  Draft draft(plan, context);
  v1::SupportPlanEvent event;
  v1::SignatureUnavailable& unavailable = *event.mutable_signature_unavailable();
  unavailable.set_capacity(request.capacity());
  unavailable.set_reason(request.reason());
  unavailable.set_content_revision(plan.content_revision());
  unavailable.set_content_digest(plan.content_digest());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

Decided Decide(const Plan& plan, const v1::ConfirmAsAppropriateBodyRequest& request,
               const Context& context) {
  RETURN_IF_ERROR(RequireNotClosed(plan, "confirm it"));
  RETURN_IF_ERROR(RequireCapacity(plan, context, {v1::APPROPRIATE_BODY}, "confirm the plan"));
  for (const v1::Confirmation& given : plan.confirmations()) {
    if (given.kind() == request.confirmation() &&
        given.content_revision() == plan.content_revision() && given.words() == request.words()) {
      return Decision{};
    }
  }
  Draft draft(plan, context);
  v1::SupportPlanEvent event;
  event.mutable_appropriate_body_confirmed()->set_confirmation(request.confirmation());
  event.mutable_appropriate_body_confirmed()->set_words(request.words());
  event.mutable_appropriate_body_confirmed()->set_content_revision(plan.content_revision());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
