// Schools, trusts and bodies over gRPC: the register's facts, who is in which trust, what follows
// what.
#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::RequestFor;

class SchoolsTest : public ServiceTest {
 protected:
  absl::StatusOr<std::string> Ask(const google::protobuf::Message& command) {
    const testing::Actor actor = testing::Headteacher();
    return as_it_is_.CallBytes(testing::RpcClient::PathOf(testing::MethodFor(command)),
                               testing::MetadataOf(actor), command.SerializeAsString());
  }
  void Do(const google::protobuf::Message& command) {
    const auto bytes = Ask(command);
    EXPECT_TRUE(bytes.ok()) << command.GetTypeName() << ": " << bytes.status();
  }

  void Record(const std::string& urn, const std::string& facts) {
    auto request =
        testing::ParseText<v1::RecordSchoolRequest>("facts { status: OPEN " + facts + " }");
    request.set_school_id(urn);
    request.set_request_id(testing::NewId());
    Do(request);
  }
  void RecordTrust(const std::string& uid) {
    auto request = testing::ParseText<v1::RecordTrustRequest>(
        "facts { trust_name: 'Northern Learning' status: OPEN }");
    request.set_trust_id(uid);
    request.set_request_id(testing::NewId());
    Do(request);
  }
  absl::Status Follow(const std::string& school, const std::string& successor) {
    auto request = RequestFor<v1::RecordSuccessorRequest>(school, "succession { kind: CONVERTED }");
    request.mutable_succession()->set_successor(successor);
    return Ask(request).status();
  }

  std::vector<std::string> Schools(const std::string& query) {
    std::vector<std::string> names;
    auto request = testing::ParseText<v1::ListSchoolsRequest>(query);
    do {
      const auto page = client().Read<v1::ListSchoolsResponse>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      for (const auto& school : page->schools()) names.push_back(school.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  const testing::RpcClient as_it_is_{server_.grpc_address(),
                                     testing::RpcClient::Directory::kAsItIs};
};

TEST_F(SchoolsTest, AreListedByTrustOnADayAndByName) {
  RecordTrust("2170");
  Record("900011", "school_name: 'Westbrook'");
  Record("900012", "school_name: 'Eastbrook'");
  Record("900013", "school_name: 'Hill Top'");
  for (const std::string school : {"schools/900011", "schools/900012"}) {
    Do(RequestFor<v1::JoinTrustRequest>(
        school, "membership { trust: 'trusts/2170' starts_on: '2019-09-01' }"));
  }
  Do(RequestFor<v1::LeaveTrustRequest>("schools/900012", "ends_on: '2021-08-31'"));
  const std::string trust = "trust: 'trusts/2170' ";
  EXPECT_THAT(Schools(trust + "on: '2020-01-01' page_size: 1"),
              ElementsAre("schools/900011", "schools/900012"));
  EXPECT_THAT(Schools(trust), ElementsAre("schools/900011"));
  EXPECT_THAT(Schools(trust + "on: '2019-08-31'"), ElementsAre());
  EXPECT_THAT(Schools("text: 'BROOK'"), ElementsAre("schools/900011", "schools/900012"));
}

TEST_F(SchoolsTest, WhatTheyNameIsThere) {
  Record("900011", "school_name: 'Westbrook'");
  ExpectError(
      Ask(RequestFor<v1::JoinTrustRequest>("schools/900011", "membership { trust: 'trusts/4711' }"))
          .status(),
      StatusCode::kNotFound, "TRUST_NOT_FOUND");
  ExpectError(Follow("schools/900011", "schools/900019"), StatusCode::kNotFound,
              "SCHOOL_NOT_FOUND");
  auto body = testing::ParseText<v1::RecordAppropriateBodyRequest>(
      "appropriate_body_id: 'hub' facts { body_name: 'Hub' status: OPEN kind: TEACHING_SCHOOL_HUB "
      "trust: 'trusts/4711' }");
  body.set_request_id(testing::NewId());
  ExpectError(Ask(body).status(), StatusCode::kNotFound, "TRUST_NOT_FOUND");
}

TEST_F(SchoolsTest, DoNotFollowEachOtherInACircle) {
  for (const char* const urn : {"900011", "900012", "900013"}) {
    Record(urn, "school_name: 'Westbrook'");
  }
  EXPECT_TRUE(Follow("schools/900011", "schools/900012").ok());
  EXPECT_TRUE(Follow("schools/900012", "schools/900013").ok());
  ExpectError(Follow("schools/900013", "schools/900011"), StatusCode::kFailedPrecondition,
              "SUCCESSORS_IN_A_CIRCLE");
  ExpectError(Follow("schools/900012", "schools/900012"), StatusCode::kFailedPrecondition,
              "SUCCESSORS_IN_A_CIRCLE");
}

TEST_F(SchoolsTest, ComeBackAsTheyWere) {
  Record("900011", "school_name: 'Westbrook' opened_on: '1956-09-01'");
  clock_.Advance(absl::Hours(24));
  Record("900011", "school_name: 'Westbrook Academy'");
  v1::GetSchoolRequest request;
  request.set_name("schools/900011");
  EXPECT_EQ(client().Read<v1::SchoolRecord>(request)->facts().school_name(), "Westbrook Academy");
  request.set_revision(1);
  EXPECT_EQ(client().Read<v1::SchoolRecord>(request)->facts().opened_on(), "1956-09-01");
}

}  // namespace
}  // namespace trellis::services
