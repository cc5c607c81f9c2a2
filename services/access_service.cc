#include "services/access_service.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/access_grant.h"
#include "domain/dates.h"
#include "domain/person.h"
#include "domain/service_account.h"
#include "services/access_holders.h"
#include "services/pages.h"

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

absl::StatusOr<v1::ListAccessResponse> ListAccess(const Rooms& rooms, access::AccessLog& log,
                                                  const v1::ListAccessRequest& request) {
  ASSIGN_OR_RETURN(const std::string cursor, PageCursor(request));
  int64_t before = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &before)) before = 0;
  v1::ListAccessResponse response;
  if (cursor.empty()) {
    const std::string today = domain::DateText(LondonDay(rooms.clock.Now()));
    ASSIGN_OR_RETURN(const auto holders, AccessHolders(rooms.views, request.person(), today));
    for (const v1::AccessHolder& holder : holders) *response.add_holders() = holder;
  }
  // What was looked at a moment ago is on the list.
  RETURN_IF_ERROR(log.Flush());
  ASSIGN_OR_RETURN(
      access::AccessPage page,
      log.List(request.person(), PageSize(request.page_size(), kPageSizeByDefault), before));
  for (v1::AccessEntry& entry : page.entries) *response.add_entries() = std::move(entry);
  if (page.next != 0) {
    response.set_next_page_token(PageToken(request, absl::StrCat(page.next)));
  }
  return response;
}

}  // namespace

std::map<std::string, Handler> AccessHandlers(const Rooms& rooms, access::AccessLog& log) {
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
      {"ListAccess",
       Unary<v1::ListAccessRequest>([rooms, &log](Call call, const v1::ListAccessRequest& request) {
         call.Answer(ListAccess(rooms, log, request));
       })},
      {"RecordServiceAccount",
       CommandHandler<v1::ServiceAccount, v1::RecordServiceAccountRequest>(rooms)},
      {"GetServiceAccount", GetHandler<v1::GetServiceAccountRequest>(rooms)},
  };
}

}  // namespace trellis::services
