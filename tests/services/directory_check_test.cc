// Whom and what a command names is in the directory, and people hold the roles they act in.
#include "tests/services/directory_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::RequestFor;

class DirectoryCheckTest : public DirectoryServiceTest {
 protected:
  static testing::Actor TutorNamed(const std::string& person) {
    testing::Actor actor = testing::Tutor();
    actor.party.set_person(person);
    return actor;
  }
};

TEST_F(DirectoryCheckTest, TheSchoolIsThereAndOpen) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  request.mutable_support_plan()->mutable_school()->set_urn("900077");
  ExpectError(Bare(testing::Tutor(), request), StatusCode::kNotFound, "SCHOOL_NOT_FOUND");
  RecordSchool("900077", "status: CLOSED");
  RecordSchool("900078");
  EXPECT_TRUE(Follow("schools/900077", "schools/900078").ok());
  const absl::Status closed = Bare(testing::Tutor(), request);
  ExpectError(closed, StatusCode::kFailedPrecondition, "SCHOOL_CLOSED");
  EXPECT_THAT(closed.message(), HasSubstr("followed by schools/900078"));
}

TEST_F(DirectoryCheckTest, ThePeopleAreThereAndHoldTheirRoles) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  v1::Party& head = *request.mutable_support_plan()->mutable_headteacher();
  head.set_person("people/" + testing::NewId());
  ExpectError(Bare(testing::Tutor(), request), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  head.set_person(Register());
  const absl::Status without = Bare(testing::Tutor(), request);
  ExpectError(without, StatusCode::kFailedPrecondition, "ROLE_NOT_HELD");
  EXPECT_THAT(without.message(), HasSubstr("support_plan.headteacher.person"));
  // At another school, or until yesterday, is not enough.
  StartRole(head.person(), "role: HEADTEACHER school_urn: '900002' starts_on: '2020-09-01'");
  StartRole(head.person(),
            "role: HEADTEACHER school_urn: '900001' starts_on: '2020-09-01' ends_on: '2022-10-02'");
  ExpectError(Bare(testing::Tutor(), request), StatusCode::kFailedPrecondition, "ROLE_NOT_HELD");
  StartRole(head.person(), "role: HEADTEACHER school_urn: '900001' starts_on: '2022-10-03'");
  EXPECT_TRUE(Bare(testing::Tutor(), request).ok());
}

TEST_F(DirectoryCheckTest, WhoActsHoldsTheRoleTheyActIn) {
  const std::string plan = Open().name();
  const std::string person = Register();
  const auto outcome = testing::OutcomeRequest(plan, "Calm.");
  ExpectError(Bare(TutorNamed("people/" + testing::NewId()), outcome), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
  ExpectError(Bare(TutorNamed(person), outcome), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  StartRole(person, "role: INDUCTION_TUTOR school_urn: '900001'");
  // The directory lets them; the plan names another.
  ExpectError(Bare(TutorNamed(person), outcome), StatusCode::kPermissionDenied, "NOT_THE_PARTY");
}

TEST_F(DirectoryCheckTest, ARoleEndsAndWithItWhatMayBeDone) {
  const std::string plan = Open().name();
  Leave(testing::Tutor(), "900001");
  EXPECT_TRUE(Bare(testing::Tutor(), testing::OutcomeRequest(plan, "The last day.")).ok());
  clock_.Advance(absl::Hours(24));
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan, "Too late.")),
              StatusCode::kPermissionDenied, "ROLE_ENDED");
}

TEST_F(DirectoryCheckTest, ARoleAtASchoolIsOneAtTheSchoolThatFollows) {
  RecordSchool("900078");
  EXPECT_TRUE(Follow("schools/900001", "schools/900078").ok());
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  request.mutable_support_plan()->mutable_school()->set_urn("900078");
  EXPECT_TRUE(Bare(testing::Tutor(), request).ok());
}

TEST_F(DirectoryCheckTest, ARecordThatWasJoinedIsNamedNoMore) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  const std::string old = Register();
  const std::string kept = Register();
  Keep(RequestFor<v1::JoinPersonsRequest>(old, "join { into: '" + kept + "' reason: 'Twice.' }"));
  request.mutable_support_plan()->mutable_ect()->set_person(old);
  const absl::Status status = Bare(testing::Tutor(), request);
  ExpectError(status, StatusCode::kFailedPrecondition, "PERSON_JOINED");
  EXPECT_THAT(status.message(), HasSubstr(kept));
}

TEST_F(DirectoryCheckTest, TheSchoolsCalendarIsKept) {
  Keep(RequestFor<v1::SetSchoolYearRequest>("schools/900001", R"pb(
    school_year {
      academic_year: "2022/23"
      autumn {
        starts_on: "2022-09-01"
        ends_on: "2022-12-16"
        half_term { starts_on: "2022-10-17" ends_on: "2022-10-21" }
      }
      spring {
        starts_on: "2023-01-03"
        ends_on: "2023-03-31"
        half_term { starts_on: "2023-02-13" ends_on: "2023-02-17" }
      }
      summer {
        starts_on: "2023-04-17"
        ends_on: "2023-07-21"
        half_term { starts_on: "2023-05-29" ends_on: "2023-06-02" }
      }
    }
  )pb"));
  const std::string plan = Open().name();
  const auto reply = client().Give(
      testing::Tutor(),
      RequestFor<v1::SetTargetRequest>(plan,
                                       "target { concern_id: 'c1' statement: 'Use the rules.' "
                                       "success_measure: 'Seen.' due_on: '2022-10-19' }"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->warnings_size(), 1) << reply->DebugString();
  EXPECT_THAT(reply->warnings(0).message(), HasSubstr("half-term break of the autumn term"));
}

TEST_F(DirectoryCheckTest, APlanIsDraftedInAFormatOfTheSchool) {
  Keep(RequestFor<v1::AddPlanFormatRequest>(
      "schools/900001",
      "plan_format { name: 'One page' version: '1' columns { key: 'statement' heading: 'Target' } "
      "columns { key: 'impact' heading: 'What will pupils notice?' } }"));
  auto request = testing::ParseText<v1::DraftActionPlanRequest>(
      "action_plan { school { urn: '900001' name: 'Northgate' } academic_year: '2022/23' } "
      "school_format_id: 'f1'");
  *request.mutable_action_plan()->mutable_ect() = testing::Ect().party;
  request.set_request_id(testing::NewId());
  const auto draft = [&] { return Ask<v1::ActionPlanReply>(testing::Ect(), request); };
  const auto plan = draft();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->action_plan().format().columns(1).key(), "impact");
  Keep(RequestFor<v1::WithdrawPlanFormatRequest>("schools/900001", "format_id: 'f1'"));
  // What was drafted stays, a repeat is answered as at first, and nothing new comes.
  EXPECT_TRUE(draft().ok());
  request.set_request_id(testing::NewId());
  ExpectError(draft().status(), StatusCode::kFailedPrecondition, "PLAN_FORMAT_WITHDRAWN");
}

}  // namespace
}  // namespace trellis::services
