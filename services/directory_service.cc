#include "services/directory_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "services/import_kind.h"
#include "services/import_stream.h"
#include "services/pages.h"
#include "services/permission.h"

namespace trellis::services {
namespace {

constexpr int kItemsByDefault = 50;
// What FindPeople answers at most.
constexpr int kPeopleMax = 100;

template <typename Request>
Handler PersonCommand(const Rooms& rooms) {
  return CommandHandler<v1::Person, Request>(rooms);
}

template <typename Request>
Handler SchoolCommand(const Rooms& rooms) {
  return CommandHandler<v1::SchoolRecord, Request>(rooms);
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

absl::StatusOr<v1::ListSchoolsResponse> ListSchools(const Rooms& rooms,
                                                    const v1::ListSchoolsRequest& request) {
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  v1::ListSchoolsRequest query = request;
  if (query.on().empty()) query.set_on(domain::DateText(LondonDay(rooms.clock.Now())));
  ASSIGN_OR_RETURN(auto listing, rooms.views.Schools(
                                     query, after, PageSize(request.page_size(), kItemsByDefault)));
  v1::ListSchoolsResponse response;
  if (listing.more) response.set_next_page_token(PageToken(request, listing.items.back().name()));
  for (v1::SchoolSummary& school : listing.items) *response.add_schools() = std::move(school);
  return response;
}

absl::StatusOr<v1::FindPeopleResponse> FindPeople(const Rooms& rooms, const Admission& admission,
                                                  const v1::FindPeopleRequest& request) {
  if (request.trn().empty() == request.email().empty()) {
    return InvalidRequest({{"trn", "want a number or an e-mail address, and not both"}});
  }
  ASSIGN_OR_RETURN(auto people, rooms.views.People(request.trn(), request.email(), kPeopleMax));
  v1::FindPeopleResponse response;
  const v1::Capacity capacity =
      admission.caller.ok() ? admission.caller->capacity : v1::CAPACITY_UNSPECIFIED;
  for (v1::RoleHolder& person : people) {
    ASSIGN_OR_RETURN(const bool seen, MaySee(rooms.views, rooms.clock, admission.principal,
                                             capacity, person.name()));
    if (seen) *response.add_people() = std::move(person);
  }
  return response;
}

std::map<std::string, StreamHandler> DirectoryStreams(const Rooms& rooms) {
  const auto running = std::make_shared<std::atomic<int>>(0);
  return {
      {"ImportSchools", ImportHandler(rooms, SchoolImports(), running)},
      {"ImportPeople", ImportHandler(rooms, PeopleImports(), running)},
  };
}

std::map<std::string, Handler> DirectoryHandlers(const Rooms& rooms) {
  return {
      {"RegisterPerson", PersonCommand<v1::RegisterPersonRequest>(rooms)},
      {"RenamePerson", PersonCommand<v1::RenamePersonRequest>(rooms)},
      {"SetEmail", PersonCommand<v1::SetEmailRequest>(rooms)},
      {"SetPersonTrn", PersonCommand<v1::SetPersonTrnRequest>(rooms)},
      {"JoinPersons", PersonCommand<v1::JoinPersonsRequest>(rooms)},
      {"SeparatePersons", PersonCommand<v1::SeparatePersonsRequest>(rooms)},
      {"StartRole", PersonCommand<v1::StartRoleRequest>(rooms)},
      {"EndRole", PersonCommand<v1::EndRoleRequest>(rooms)},
      {"CreateDiaryFeed", PersonCommand<v1::CreateDiaryFeedRequest>(rooms)},
      {"RevokeDiaryFeed", PersonCommand<v1::RevokeDiaryFeedRequest>(rooms)},
      {"BindIdentity", PersonCommand<v1::BindIdentityRequest>(rooms)},
      {"UnbindIdentity", PersonCommand<v1::UnbindIdentityRequest>(rooms)},
      {"GetPerson", GetHandler<v1::GetPersonRequest>(rooms)},
      {"ListRoles", ReadHandler(rooms, ListRoles)},
      {"FindPeople",
       Unary<v1::FindPeopleRequest>([rooms](Call call, const v1::FindPeopleRequest& request) {
         call.Answer(FindPeople(rooms, call.admission(), request));
       })},
      {"RecordSchool", SchoolCommand<v1::RecordSchoolRequest>(rooms)},
      {"JoinTrust", SchoolCommand<v1::JoinTrustRequest>(rooms)},
      {"LeaveTrust", SchoolCommand<v1::LeaveTrustRequest>(rooms)},
      {"RecordSuccessor", SchoolCommand<v1::RecordSuccessorRequest>(rooms)},
      {"SetSchoolYear", SchoolCommand<v1::SetSchoolYearRequest>(rooms)},
      {"AddPlanFormat", SchoolCommand<v1::AddPlanFormatRequest>(rooms)},
      {"WithdrawPlanFormat", SchoolCommand<v1::WithdrawPlanFormatRequest>(rooms)},
      {"RecordTrust", CommandHandler<v1::Trust, v1::RecordTrustRequest>(rooms)},
      {"RecordAppropriateBody",
       CommandHandler<v1::AppropriateBody, v1::RecordAppropriateBodyRequest>(rooms)},
      {"GetSchool", GetHandler<v1::GetSchoolRequest>(rooms)},
      {"GetTrust", GetHandler<v1::GetTrustRequest>(rooms)},
      {"GetAppropriateBody", GetHandler<v1::GetAppropriateBodyRequest>(rooms)},
      {"ListSchools", ReadHandler(rooms, ListSchools)},
  };
}

}  // namespace trellis::services
