// Who a person is to the issuers of tokens.
#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "domain/limits.h"
#include "domain/person_rules.h"

namespace trellis::domain {

// That the subject is bound to nobody else is the service's to check, which knows everybody.
PersonDecided Decide(const Person& person, const v1::BindIdentityRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ADMINISTRATOR}, "bind an identity"));
  RETURN_IF_ERROR(RequireOwn(person));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  const auto& known = person.identities();
  const bool is_bound = std::any_of(known.begin(), known.end(), [&](const auto& one) {
    return !one.has_unbind_time() && one.issuer() == request.identity().issuer() &&
           one.subject() == request.identity().subject();
  });
  if (is_bound) return std::move(draft).Finish();
  RETURN_IF_ERROR(RequireRoom(person.name(), "identities", known.size(), kEntriesMax));
  v1::PersonEvent event;
  v1::PersonIdentity& identity = *event.mutable_identity_bound()->mutable_identity();
  identity.set_identity_id(NextEntryId('i', known.size()));
  identity.set_issuer(request.identity().issuer());
  identity.set_subject(request.identity().subject());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::UnbindIdentityRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ADMINISTRATOR}, "unbind an identity"));
  RETURN_IF_ERROR(RequireExists(person));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  ASSIGN_OR_RETURN(const v1::PersonIdentity* const identity,
                   RequireEntry<v1::PersonIdentity>(person, request.identity_id()));
  if (identity->has_unbind_time()) return std::move(draft).Finish();
  v1::PersonEvent event;
  event.mutable_identity_unbound()->set_identity_id(identity->identity_id());
  event.mutable_identity_unbound()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
