// Ways around the policy that somebody thought of, each closed.
#include "tests/services/identified_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;

class IntrudersTest : public IdentifiedTest {
 protected:
  std::string DraftActionPlan() {
    auto request = testing::ParseText<v1::DraftActionPlanRequest>(
        "action_plan { school { urn: '900001' name: 'Northgate' } academic_year: '2022/23' }");
    *request.mutable_action_plan()->mutable_ect() = testing::Ect().party;
    request.set_request_id(testing::NewId());
    return Give<v1::ActionPlanReply>(As("sam", "ect"), request).action_plan().name();
  }
};

TEST_F(IntrudersTest, AskForTheYearTenThousand) {
  const std::string ada = Register("ada", v1::INDUCTION_TUTOR, "900001");
  const std::string plan = Open().name();
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::EndRoleRequest>(ada, "role_id: 'r1' ends_on: '2022-10-03'"));
  clock_.Advance(absl::Hours(48));
  v1::GetSupportPlanRequest get;
  get.set_name(plan);
  for (const int64_t seconds : {int64_t{253402300800}, int64_t{1} << 40, int64_t{1664900000}}) {
    get.mutable_as_of_time()->set_seconds(seconds);
    ExpectError(Ask<v1::SupportPlan>(As("ada", "induction-tutor"), get).status(),
                StatusCode::kPermissionDenied, "ROLE_ENDED");
  }
  // Of what was opened since, there never was anything for them.
  ExpectError(Get(As("ada", "induction-tutor"), Open().name()).status(), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
}

TEST_F(IntrudersTest, TieAnotherSchoolToTheirOwn) {
  RecordSchool("900777");
  Program("mis", "directory.write", "900777");
  const auto follow = testing::RequestFor<v1::RecordSuccessorRequest>(
      "schools/900777", "succession { kind: CONVERTED successor: 'schools/900001' }");
  ExpectError(Ask<v1::SchoolReply>(As("mis"), follow).status(), StatusCode::kPermissionDenied,
              "EVERY_SCHOOL_WANTED");
  const auto trust =
      testing::RequestFor<v1::LeaveTrustRequest>("schools/900777", "ends_on: '2022-10-03'");
  ExpectError(Ask<v1::SchoolReply>(As("mis"), trust).status(), StatusCode::kPermissionDenied,
              "EVERY_SCHOOL_WANTED");
}

TEST_F(IntrudersTest, TakeSomebodyBackToSeeWhatTheyDoElsewhere) {
  const std::string plan = Open().name();
  Register("olu", v1::HEADTEACHER, "900777");
  // Sam is a governor at Olu's school: what Olu may know of Sam is not the plan.
  auto start = testing::RequestFor<v1::StartRoleRequest>(
      testing::Ect().party.person(), "role { role: GOVERNOR school_urn: '900777' }");
  Give<v1::PersonReply>(Root(), start);
  v1::ListSupportPlansRequest list;
  list.set_ect(testing::Ect().party.person());
  const auto plans = Ask<v1::ListSupportPlansResponse>(As("olu", "headteacher"), list);
  EXPECT_EQ(plans.ok() ? plans->support_plans_size() : 0, 0);
  v1::ListDiaryRequest diary;
  diary.set_person(testing::Ect().party.person());
  const auto entries = Ask<v1::ListDiaryResponse>(As("olu", "headteacher"), diary);
  EXPECT_EQ(entries.ok() ? entries->entries_size() : 0, 0);
  EXPECT_GT(Give<v1::ListDiaryResponse>(As("ruth", "induction-tutor"), diary).entries_size(), 0);
}

TEST_F(IntrudersTest, GrantThemselvesAnActionPlan) {
  const std::string plan = DraftActionPlan();
  v1::GrantAccessRequest request;
  request.set_request_id(testing::NewId());
  *request.mutable_access_grant()->mutable_grantee() = testing::Headteacher().party;
  request.mutable_access_grant()->set_record(plan);
  request.mutable_access_grant()->set_ends_on("2022-10-05");
  request.mutable_access_grant()->set_reason("Curious.");
  ExpectError(Ask<v1::AccessGrantReply>(As("sian", "headteacher"), request).status(),
              StatusCode::kNotFound, "ACTION_PLAN_NOT_FOUND");
  v1::GetActionPlanRequest get;
  get.set_name(plan);
  EXPECT_FALSE(Ask<v1::ActionPlan>(As("sian", "grantee"), get).ok());
  Give<v1::AccessGrantReply>(As("sam", "ect"), request);
  EXPECT_TRUE(Ask<v1::ActionPlan>(As("sian", "grantee"), get).ok()) << "it was Sam's to give";
}

TEST_F(IntrudersTest, AskForProofsOfWhatTheyMayNotSee) {
  const std::string plan = Open().name();
  Register("olu", v1::HEADTEACHER, "900777");
  v1::GetProofRequest proof;
  proof.set_name(plan);
  proof.set_revision(1);
  ExpectError(Ask<v1::EventProof>(As("olu", "headteacher"), proof).status(), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
  EXPECT_TRUE(Ask<v1::EventProof>(As("sam", "ect"), proof).ok());
  v1::CheckSmartRequest smart;
  smart.set_name(DraftActionPlan());
  ExpectError(Ask<v1::CheckSmartResponse>(As("olu", "headteacher"), smart).status(),
              StatusCode::kNotFound, "ACTION_PLAN_NOT_FOUND");
}

TEST_F(IntrudersTest, BringAFriendAsAnObserver) {
  const std::string plan = Open().name();
  const std::string helper = Register("helper", v1::MENTOR, "900001");
  const std::string friends = Register("friend", v1::MENTOR, "900777");
  Give<v1::SupportPlanReply>(
      As("ruth", "induction-tutor"),
      testing::RequestFor<v1::ArrangeSupportRequest>(
          plan,
          "support { concern_id: 'c1' kind: COACHING description: 'Coaching.' supported_by { "
          "person: '" +
              helper + "' role: 'Coach' } }"));
  const auto observe = [&](const std::string& person) {
    return Ask<v1::SupportPlanReply>(
               As("helper", "supporter"),
               testing::RequestFor<v1::LogObservationRequest>(
                   plan, "observation { strengths: 'Calm.' observers { person: '" + person +
                             "' role: 'Coach' } }"))
        .status();
  };
  EXPECT_EQ(ReasonOf(observe(friends)), "SUPPORTER_NAMES_OTHERS");
  EXPECT_NE(ReasonOf(observe(helper)), "SUPPORTER_NAMES_OTHERS");
  EXPECT_FALSE(Get(As("friend", "supporter"), plan).ok());
}

}  // namespace
}  // namespace trellis::services
