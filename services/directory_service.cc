#include "services/directory_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/person.h"
#include "domain/requires.h"
#include "services/pages.h"

namespace trellis::services {
namespace {

constexpr int kItemsByDefault = 50;

template <typename Request>
Handler PersonCommand(const Rooms& rooms) {
  return CommandHandler<v1::Person, Request>(rooms);
}

// The other record is there and stands for itself, so that no two stand for each other. It is read
// before the command is decided: of two joins in the same instant each may find the other so.
absl::Status RequireCanBeJoined(const Rooms& rooms, const v1::JoinPersonsRequest& request) {
  const std::string& into = request.join().into();
  ASSIGN_OR_RETURN(const v1::Person person, StateAt<v1::Person>(rooms, into, Moment{}));
  if (person.joined_into().empty()) return absl::OkStatus();
  return domain::Refusal("PERSON_JOINED", into,
                         absl::StrCat(into, " was joined into ", person.joined_into(),
                                      "; name that, or separate them first"));
}

Handler JoinHandler(const Rooms& rooms) {
  return Unary<v1::JoinPersonsRequest>([rooms](Call call, const v1::JoinPersonsRequest& request) {
    const absl::StatusOr<Caller> caller = IdentifyCaller(call);
    if (!caller.ok()) return call.Fail(caller.status());
    if (absl::Status status = domain::Validate(request); !status.ok()) return call.Fail(status);
    // One that is repeated was taken already, whatever has become of the other since: the pipeline
    // answers it, and refuses the record itself with a better reason.
    const auto known = rooms.log.FindRequest(*ParseUuid(request.request_id()));
    if (!known.ok()) return call.Fail(known.status());
    if (!known->has_value() && request.name() != request.join().into()) {
      if (absl::Status status = RequireCanBeJoined(rooms, request); !status.ok()) {
        return call.Fail(status);
      }
    }
    rooms.pipeline.Execute<v1::Person>(*caller, request,
                                       [call](const absl::StatusOr<std::string>& reply) {
                                         if (!reply.ok()) return call.Fail(reply.status());
                                         call.ReplyBytes(*reply);
                                       });
  });
}

}  // namespace

absl::StatusOr<v1::ListRolesResponse> ListRoles(const Rooms& rooms,
                                                const v1::ListRolesRequest& request) {
  if (request.school_urn().empty() == request.appropriate_body().empty()) {
    return InvalidRequest({{"school_urn", "want a school or an appropriate body, and not both"}});
  }
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  v1::ListRolesRequest query = request;
  if (query.on().empty()) query.set_on(domain::DateText(LondonDay(rooms.clock.Now())));
  ASSIGN_OR_RETURN(auto listing,
                   rooms.views.Roles(query, after, PageSize(request.page_size(), kItemsByDefault)));
  v1::ListRolesResponse response;
  if (listing.more) response.set_next_page_token(PageToken(request, listing.items.back().name()));
  for (v1::RoleHolder& holder : listing.items) *response.add_holders() = std::move(holder);
  return response;
}

std::map<std::string, Handler> DirectoryHandlers(const Rooms& rooms) {
  return {
      {"RegisterPerson", PersonCommand<v1::RegisterPersonRequest>(rooms)},
      {"RenamePerson", PersonCommand<v1::RenamePersonRequest>(rooms)},
      {"SetEmail", PersonCommand<v1::SetEmailRequest>(rooms)},
      {"SetPersonTrn", PersonCommand<v1::SetPersonTrnRequest>(rooms)},
      {"JoinPersons", JoinHandler(rooms)},
      {"SeparatePersons", PersonCommand<v1::SeparatePersonsRequest>(rooms)},
      {"StartRole", PersonCommand<v1::StartRoleRequest>(rooms)},
      {"EndRole", PersonCommand<v1::EndRoleRequest>(rooms)},
      {"CreateDiaryFeed", PersonCommand<v1::CreateDiaryFeedRequest>(rooms)},
      {"RevokeDiaryFeed", PersonCommand<v1::RevokeDiaryFeedRequest>(rooms)},
      {"GetPerson", GetHandler<v1::GetPersonRequest>(rooms)},
      {"ListRoles", ReadHandler(rooms, ListRoles)},
  };
}

}  // namespace trellis::services
