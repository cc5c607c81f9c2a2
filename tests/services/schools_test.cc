// Schools, trusts and bodies over gRPC: the register's facts, who is in which trust, what follows
// what.
#include "tests/services/directory_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::RequestFor;

class SchoolsTest : public DirectoryServiceTest {
 protected:
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
};

TEST_F(SchoolsTest, AreListedByTrustOnADayAndByName) {
  RecordTrust("2170");
  RecordSchool("900011", "school_name: 'Westbrook'");
  RecordSchool("900012", "school_name: 'Eastbrook'");
  RecordSchool("900013", "school_name: 'Hill Top'");
  for (const std::string school : {"schools/900011", "schools/900012"}) {
    Keep(RequestFor<v1::JoinTrustRequest>(
        school, "membership { trust: 'trusts/2170' starts_on: '2019-09-01' }"));
  }
  Keep(RequestFor<v1::LeaveTrustRequest>("schools/900012", "ends_on: '2021-08-31'"));
  const std::string trust = "trust: 'trusts/2170' ";
  EXPECT_THAT(Schools(trust + "on: '2020-01-01' page_size: 1"),
              ElementsAre("schools/900011", "schools/900012"));
  EXPECT_THAT(Schools(trust), ElementsAre("schools/900011"));
  EXPECT_THAT(Schools(trust + "on: '2019-08-31'"), ElementsAre());
  EXPECT_THAT(Schools("text: 'BROOK'"), ElementsAre("schools/900011", "schools/900012"));
}

TEST_F(SchoolsTest, WhatTheyNameIsThere) {
  RecordSchool("900011", "school_name: 'Westbrook'");
  ExpectError(BareOfKeeper(RequestFor<v1::JoinTrustRequest>("schools/900011",
                                                            "membership { trust: 'trusts/4711' }")),
              StatusCode::kNotFound, "TRUST_NOT_FOUND");
  ExpectError(Follow("schools/900011", "schools/900019"), StatusCode::kNotFound,
              "SCHOOL_NOT_FOUND");
  auto body = testing::ParseText<v1::RecordAppropriateBodyRequest>(
      "appropriate_body_id: 'hub' facts { body_name: 'Hub' status: OPEN kind: TEACHING_SCHOOL_HUB "
      "trust: 'trusts/4711' }");
  body.set_request_id(testing::NewId());
  ExpectError(BareOfKeeper(body), StatusCode::kNotFound, "TRUST_NOT_FOUND");
}

TEST_F(SchoolsTest, DoNotFollowEachOtherInACircle) {
  for (const char* const urn : {"900011", "900012", "900013"}) {
    RecordSchool(urn, "school_name: 'Westbrook'");
  }
  EXPECT_TRUE(Follow("schools/900011", "schools/900012").ok());
  EXPECT_TRUE(Follow("schools/900012", "schools/900013").ok());
  ExpectError(Follow("schools/900013", "schools/900011"), StatusCode::kFailedPrecondition,
              "SUCCESSORS_IN_A_CIRCLE");
  ExpectError(Follow("schools/900012", "schools/900012"), StatusCode::kFailedPrecondition,
              "SUCCESSORS_IN_A_CIRCLE");
}

TEST_F(SchoolsTest, ComeBackAsTheyWere) {
  RecordSchool("900011", "school_name: 'Westbrook' opened_on: '1956-09-01'");
  clock_.Advance(absl::Hours(24));
  RecordSchool("900011", "school_name: 'Westbrook Academy'");
  v1::GetSchoolRequest request;
  request.set_name("schools/900011");
  EXPECT_EQ(client().Read<v1::SchoolRecord>(request)->facts().school_name(), "Westbrook Academy");
  request.set_revision(1);
  EXPECT_EQ(client().Read<v1::SchoolRecord>(request)->facts().opened_on(), "1956-09-01");
}

}  // namespace
}  // namespace trellis::services
