// The plans of a trust, a school, a tutor and a contact of an appropriate body: lists and counts.
#include <algorithm>

#include "base/error.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RequestFor;
using ::testing::UnorderedElementsAre;

class CaseloadTest : public ServiceTest {
 protected:
  // Gives a command on the directory.
  void Do(const google::protobuf::Message& command) {
    const auto reply = client().CallBytes(testing::Administrator(), command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
  }
  void Join(const std::string& urn, const std::string& since = "2020-09-01") {
    Do(RequestFor<v1::JoinTrustRequest>(
        "schools/" + urn, "membership { trust: 'trusts/2170' starts_on: '" + since + "' }"));
  }
  // `successor` follows the school with this URN.
  void Follow(const std::string& urn, const std::string& successor) {
    Do(RequestFor<v1::RecordSuccessorRequest>("schools/" + urn,
                                              "succession { kind: CONVERTED starts_on: '2022-09-01'"
                                              " successor: 'schools/" +
                                                  successor + "' }"));
  }

  // Opens a plan; fields of `text` replace those of the usual plan. Its name.
  std::string OpenPlan(const std::string& text) {
    v1::OpenSupportPlanRequest request = testing::OpenRequest();
    request.mutable_support_plan()->MergeFrom(testing::ParseText<v1::SupportPlan>(text));
    return Give(testing::Tutor(), request).support_plan().name();
  }
  std::string OpenAt(const std::string& urn) { return OpenPlan("school { urn: '" + urn + "' }"); }

  // The names of all plans that `query` asks for, in their order.
  std::vector<std::string> Names(const std::string& query) {
    std::vector<std::string> names;
    auto request = testing::ParseText<v1::ListSupportPlansRequest>(query);
    do {
      const auto page = client().Read<v1::ListSupportPlansResponse>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      for (const auto& plan : page->support_plans()) names.push_back(plan.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  absl::StatusOr<v1::Caseload> Ask(const std::string& query) {
    return client().Read<v1::Caseload>(testing::ParseText<v1::GetCaseloadRequest>(query));
  }
  v1::Caseload Caseload(const std::string& query) {
    const auto caseload = Ask(query);
    EXPECT_TRUE(caseload.ok()) << caseload.status();
    return caseload.value_or(v1::Caseload());
  }
  // The schools of a trust, each with its open plans.
  std::vector<std::string> Schools(const v1::Caseload& caseload) {
    std::vector<std::string> schools;
    for (const auto& school : caseload.schools()) {
      schools.push_back(absl::StrCat(
          school.school(), " ",
          school.open_plans().suppressed() ? "x" : absl::StrCat(school.open_plans().count())));
    }
    return schools;
  }
};

TEST_F(CaseloadTest, ListsATrustSchoolBySchoolAcrossPages) {
  std::vector<std::string> first, second;
  for (int i = 0; i < 5; ++i) {
    second.push_back(OpenAt("900012"));
    first.push_back(OpenAt("900011"));
    OpenAt("900013");
  }
  Join("900012");
  Join("900011");
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  std::vector<std::string> all = first;
  all.insert(all.end(), second.begin(), second.end());
  for (const char* const size : {"1", "2", "3", "5", "7", "10", "11"}) {
    EXPECT_EQ(Names(absl::StrCat("trust: 'trusts/2170' page_size: ", size)), all) << size;
  }
  EXPECT_EQ(Names("trust: 'trusts/2170' school_urn: '900012'"), second);
  EXPECT_THAT(Names("trust: 'trusts/2170' school_urn: '900013'"), IsEmpty());
  EXPECT_THAT(Names("trust: 'trusts/2171'"), IsEmpty());
  EXPECT_EQ(Names(absl::StrCat("trust: 'trusts/2170' page_size: 3 induction_tutor: '",
                               testing::Tutor().party.person(), "'"))
                .size(),
            10u);
}

TEST_F(CaseloadTest, HasTheSchoolsThatAreInTheTrustToday) {
  const std::string plan = OpenAt("900011");
  OpenAt("900012");
  Join("900011");
  // It is 2022-10-03.
  Join("900012", "2022-10-04");
  EXPECT_THAT(Names("trust: 'trusts/2170'"), ElementsAre(plan));
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(Names("trust: 'trusts/2170'").size(), 2u);
  Do(RequestFor<v1::LeaveTrustRequest>("schools/900011", "ends_on: '2022-10-03'"));
  EXPECT_EQ(Names("trust: 'trusts/2170'").size(), 1u);
  EXPECT_THAT(Schools(Caseload("trust: 'trusts/2170' disclosure: EVERY_COUNT")),
              ElementsAre("schools/900012 1"));
}

TEST_F(CaseloadTest, LosesNothingWhenASchoolGoesOnUnderAnotherUrn) {
  const std::string oldest = OpenAt("900021"), older = OpenAt("900022"), now = OpenAt("900020");
  Follow("900021", "900022");
  Follow("900022", "900020");
  Join("900020");
  EXPECT_THAT(Names("school_urn: '900020'"), ElementsAre(now, oldest, older));
  EXPECT_THAT(Names("school_urn: '900020' page_size: 1"), ElementsAre(now, oldest, older));
  EXPECT_THAT(Names("school_urn: '900022'"), ElementsAre(oldest, older));
  EXPECT_THAT(Names("school_urn: '900021'"), ElementsAre(oldest));
  EXPECT_THAT(Names("trust: 'trusts/2170'"), ElementsAre(now, oldest, older));
  EXPECT_EQ(Caseload("school_urn: '900020'").open_plans().count(), 3);
  EXPECT_THAT(Schools(Caseload("trust: 'trusts/2170' disclosure: EVERY_COUNT")),
              ElementsAre("schools/900020 3"));
  // Where both are in the trust, each has its own.
  Join("900022");
  const v1::Caseload both = Caseload("trust: 'trusts/2170' disclosure: EVERY_COUNT");
  EXPECT_THAT(Schools(both), ElementsAre("schools/900020 1", "schools/900022 2"));
  EXPECT_EQ(both.open_plans().count(), 3);
}

TEST_F(CaseloadTest, FollowsAPlanToAnotherContactOfTheBody) {
  const std::string contact = testing::AppropriateBody().party.person();
  const std::string other = "people/00000000-0000-4000-8000-0000000000f8";
  const std::string name = Open().name();
  const auto of = [](const std::string& person) { return "appropriate_body: '" + person + "'"; };
  EXPECT_THAT(Names(of(contact)), ElementsAre(name));
  EXPECT_EQ(Caseload(of(contact)).open_plans().count(), 1);
  Give(testing::Headteacher(),
       RequestFor<v1::ChangePartyRequest>(
           name, "capacity: APPROPRIATE_BODY reason: 'Another contact.' party { person: '" + other +
                     "' name: 'Kit' }"));
  EXPECT_THAT(Names(of(contact)), IsEmpty());
  EXPECT_EQ(Caseload(of(contact)).open_plans().count(), 0);
  EXPECT_THAT(Names(of(other)), ElementsAre(name));
  EXPECT_EQ(Caseload(of(other)).open_plans().count(), 1);
}

TEST_F(CaseloadTest, IsOfAWholeBodyAlsoWhenAContactHasGone) {
  const auto plan_with = [&](const std::string& person) {
    return OpenPlan("appropriate_body { person: '" + person + "' name: 'Kit' }");
  };
  const std::string body = "ab-introduced";
  const std::string gone = "people/00000000-0000-4000-8000-0000000000f7";
  const std::string stays = "people/00000000-0000-4000-8000-0000000000f8";
  const std::string moves = "people/00000000-0000-4000-8000-0000000000f9";
  const std::string a = plan_with(gone), b = plan_with(stays), c = plan_with(moves);
  const std::string all = "body: 'appropriateBodies/" + body + "'";
  EXPECT_THAT(Names(all), ElementsAre(a, b, c));
  EXPECT_THAT(Names(all + " page_size: 1"), ElementsAre(a, b, c));
  EXPECT_THAT(Names(all + " school_urn: '900001'"), UnorderedElementsAre(a, b, c));
  EXPECT_EQ(Caseload(all).open_plans().count(), 3);
  Do(RequestFor<v1::EndRoleRequest>(gone, "role_id: 'r1'"));
  Do(RequestFor<v1::EndRoleRequest>(moves, "role_id: 'r1'"));
  clock_.Advance(absl::Hours(24));
  Do(testing::ParseText<v1::RecordAppropriateBodyRequest>(
      "appropriate_body_id: 'ab-other' request_id: '" + testing::NewId() +
      "' facts { body_name: 'Other Hub' status: OPEN kind: TEACHING_SCHOOL_HUB }"));
  Do(RequestFor<v1::StartRoleRequest>(
      moves, "role { role: APPROPRIATE_BODY appropriate_body: 'ab-other' }"));
  EXPECT_THAT(Names(all), ElementsAre(a, b));
  EXPECT_THAT(Names("body: 'appropriateBodies/ab-other'"), ElementsAre(c));
  EXPECT_EQ(Caseload(all).open_plans().count(), 2);
  EXPECT_THAT(Names("body: 'appropriateBodies/nobody'"), IsEmpty());
  ExpectError(Ask("body: 'appropriateBodies/nobody'").status(), StatusCode::kNotFound,
              "APPROPRIATE_BODY_NOT_FOUND");
}

TEST_F(CaseloadTest, FindsSupportThatWasNotDelivered) {
  const std::string name = Open().name();
  Open();
  Give(testing::Tutor(),
       RequestFor<v1::ArrangeSupportRequest>(
           name,
           "support { concern_id: 'c1' kind: COACHING description: 'Coaching.'"
           " supported_by { name: 'Jo' role: 'coach' } starts_on: '2022-10-04' }"));
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Names("undelivered_support: true"), IsEmpty());
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Names("undelivered_support: true"), ElementsAre(name));
  EXPECT_THAT(Names("undelivered_support: true school_urn: '900001'"), ElementsAre(name));
  EXPECT_EQ(Caseload("school_urn: '900001'").undelivered_support().count(), 1);
  Give(testing::Tutor(), RequestFor<v1::RecordSupportRequest>(
                             name, "support_id: 's1' delivered: true note: 'Given.'"));
  EXPECT_THAT(Names("undelivered_support: true"), IsEmpty());
}

TEST_F(CaseloadTest, ShowsATrustAggregatesUnlessTheCallerMaySeeMore) {
  for (int i = 0; i < 6; ++i) OpenAt("900011");
  OpenAt("900012");
  Join("900011");
  Join("900012");
  const v1::Caseload every = Caseload("trust: 'trusts/2170' disclosure: EVERY_COUNT");
  EXPECT_FALSE(every.aggregate_only());
  EXPECT_EQ(every.open_plans().count(), 7);
  EXPECT_THAT(Schools(every), ElementsAre("schools/900011 6", "schools/900012 1"));
  for (const char* const disclosure : {"", " disclosure: AGGREGATE_ONLY"}) {
    const v1::Caseload shown = Caseload(absl::StrCat("trust: 'trusts/2170'", disclosure));
    EXPECT_TRUE(shown.aggregate_only());
    EXPECT_TRUE(shown.open_plans().suppressed());
    EXPECT_THAT(Schools(shown), ElementsAre("schools/900011 6", "schools/900012 x"));
  }
  EXPECT_FALSE(Caseload("school_urn: '900012'").aggregate_only());
  const v1::Caseload school = Caseload("school_urn: '900012' disclosure: AGGREGATE_ONLY");
  EXPECT_TRUE(school.open_plans().suppressed());
}

TEST_F(CaseloadTest, IsOfOneThatThereIs) {
  ExpectError(Ask("").status(), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(Ask("trust: 'trusts/2170' school_urn: '900001'").status(),
              StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(Ask("trust: 'trusts/999'").status(), StatusCode::kNotFound, "TRUST_NOT_FOUND");
}

}  // namespace
}  // namespace trellis::services
