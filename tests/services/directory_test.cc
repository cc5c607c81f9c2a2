// People over gRPC: who held which role on which day, and two records of one person.
#include <algorithm>

#include "base/error.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RequestFor;

class DirectoryTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::Person> Ask(const google::protobuf::Message& command) {
    const auto reply = client().Ask<v1::PersonReply>(testing::Administrator(), command);
    if (!reply.ok()) return reply.status();
    return reply->person();
  }
  v1::Person Do(const google::protobuf::Message& command) {
    const auto person = Ask(command);
    EXPECT_TRUE(person.ok()) << command.GetTypeName() << ": " << person.status();
    return person.value_or(v1::Person());
  }

  std::string Register(const std::string& full_name) {
    v1::RegisterPersonRequest request;
    request.set_request_id(testing::NewId());
    request.set_full_name(full_name);
    return Do(request).name();
  }
  void StartRole(const std::string& name, const std::string& role) {
    Do(RequestFor<v1::StartRoleRequest>(name, "role { " + role + " }"));
  }

  // What the people are called who hold the roles that `query` asks for.
  std::vector<std::string> Holders(const std::string& query) {
    std::vector<std::string> names;
    auto request = testing::ParseText<v1::ListRolesRequest>(query);
    do {
      const auto page = client().Read<v1::ListRolesResponse>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      for (const auto& holder : page->holders()) {
        for (const auto& role : holder.roles()) {
          names.push_back(holder.full_name() + " " + role.role_id());
        }
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(DirectoryTest, SaysWhoHeldWhichRoleOnADay) {
  const std::string ruth = Register("Ruth"), sian = Register("Siân"), noor = Register("Noor");
  StartRole(ruth, "role: INDUCTION_TUTOR school_urn: '900011' starts_on: '2021-09-01'");
  Do(RequestFor<v1::EndRoleRequest>(ruth, "role_id: 'r1' ends_on: '2022-03-31'"));
  StartRole(noor, "role: INDUCTION_TUTOR school_urn: '900011' starts_on: '2022-04-01'");
  StartRole(ruth, "role: INDUCTION_TUTOR school_urn: '900012' starts_on: '2022-04-01'");
  StartRole(sian, "role: HEADTEACHER school_urn: '900011' starts_on: '2015-09-01'");
  StartRole(sian, "role: APPROPRIATE_BODY appropriate_body: 'ab-11' starts_on: '2015-09-01'");

  const std::string tutors = "school_urn: '900011' role: INDUCTION_TUTOR ";
  EXPECT_THAT(Holders(tutors + "on: '2022-03-31'"), ElementsAre("Ruth r1"));
  EXPECT_THAT(Holders(tutors + "on: '2022-04-01'"), ElementsAre("Noor r1"));
  EXPECT_THAT(Holders(tutors + "on: '2021-08-31'"), IsEmpty());
  EXPECT_THAT(Holders("school_urn: '900011' page_size: 1"), ElementsAre("Noor r1", "Siân r1"));
  EXPECT_THAT(Holders("school_urn: '900012'"), ElementsAre("Ruth r2"));
  // The id of a body is no URN.
  EXPECT_THAT(Holders("appropriate_body: 'ab-11'"), ElementsAre("Siân r2"));
}

TEST_F(DirectoryTest, WantsOnePlaceToListRoles) {
  const auto neither = client().Read<v1::ListRolesResponse>(v1::ListRolesRequest());
  EXPECT_EQ(neither.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(neither.status().message(), HasSubstr("school_urn"));
}

TEST_F(DirectoryTest, JoinsRecordsAndSeparatesThem) {
  const std::string first = Register("Sam"), second = Register("Sam O."), third = Register("S.");
  const auto into = [](const std::string& name) {
    return "join { into: '" + name + "' reason: 'Registered twice.' }";
  };
  const auto join = RequestFor<v1::JoinPersonsRequest>(second, into(first));
  EXPECT_EQ(Do(join).joined_into(), first);

  const auto back = Ask(RequestFor<v1::JoinPersonsRequest>(first, into(second)));
  EXPECT_EQ(ErrorReason(back.status()), "PERSON_JOINED") << back.status();
  const auto nobody = Ask(RequestFor<v1::JoinPersonsRequest>(
      first, into("people/00000000-0000-4000-8000-0000000000ff")));
  EXPECT_EQ(ErrorReason(nobody.status()), "PERSON_NOT_FOUND") << nobody.status();

  // The first record is joined itself since: a repeated call gets its first answer all the same.
  Do(RequestFor<v1::JoinPersonsRequest>(first, into(third)));
  EXPECT_EQ(Do(join).joined_into(), first);

  EXPECT_EQ(Do(RequestFor<v1::SeparatePersonsRequest>(second, "reason: 'Two Sams.'")).joined_into(),
            "");
  v1::GetPersonRequest get;
  get.set_name(second);
  get.set_revision(2);
  EXPECT_EQ(client().Read<v1::Person>(get)->joined_into(), first);
}

}  // namespace
}  // namespace trellis::services
