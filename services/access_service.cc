#include "services/access_service.h"

#include "base/timestamp.h"
#include "domain/access_grant.h"
#include "domain/dates.h"
#include "domain/person.h"
#include "domain/service_account.h"

namespace trellis::services {
namespace {

template <typename Request>
Handler GrantCommand(const Rooms& rooms) {
  return CommandHandler<v1::AccessGrant, Request>(rooms);
}

v1::WhoAmIResponse DescriptionOf(const Principal& principal, const std::string& today) {
  v1::WhoAmIResponse who;
  who.set_issuer(principal.issuer);
  who.set_subject(principal.subject);
  who.set_administrator(principal.is_administrator);
  if (principal.expires != absl::InfiniteFuture()) {
    *who.mutable_expire_time() = ToTimestamp(principal.expires);
  }
  if (principal.kind == Principal::Kind::kService) {
    who.set_service_account(principal.name);
    *who.mutable_service_account_facts() = principal.record->as<v1::ServiceAccount>().facts();
  } else if (principal.kind == Principal::Kind::kPerson) {
    who.set_person(principal.name);
    who.set_full_name(principal.display_name);
    if (principal.record == nullptr) return who;
    for (const v1::PersonRole& role : principal.record->as<v1::Person>().roles()) {
      if (domain::IsHeldOn(role, today)) *who.add_roles() = role;
    }
  }
  return who;
}

}  // namespace

std::map<std::string, Handler> AccessHandlers(const Rooms& rooms) {
  return {
      {"WhoAmI",
       Unary<v1::WhoAmIRequest>([&clock = rooms.clock](Call call, const v1::WhoAmIRequest&) {
         const std::string today = domain::DateText(LondonDay(clock.Now()));
         call.Reply(DescriptionOf(call.admission().principal, today));
       })},
      {"GrantAccess", GrantCommand<v1::GrantAccessRequest>(rooms)},
      {"BreakGlass", GrantCommand<v1::BreakGlassRequest>(rooms)},
      {"RevokeAccess", GrantCommand<v1::RevokeAccessRequest>(rooms)},
      {"GetAccessGrant", GetHandler<v1::GetAccessGrantRequest>(rooms)},
      {"RecordServiceAccount",
       CommandHandler<v1::ServiceAccount, v1::RecordServiceAccountRequest>(rooms)},
      {"GetServiceAccount", GetHandler<v1::GetServiceAccountRequest>(rooms)},
  };
}

}  // namespace trellis::services
