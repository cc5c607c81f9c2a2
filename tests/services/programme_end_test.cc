// The end of a training programme over gRPC: the ECT's action plans pass to the ECT in the same
// commit, all of them or none.
#include <atomic>
#include <thread>

#include "tests/services/service_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::RequestFor;

testing::Actor Mentor() {
  testing::Actor mentor;
  mentor.party.set_person("people/00000000-0000-4000-8000-0000000000c1");
  mentor.party.set_name("Jo Lindqvist");
  mentor.capacity = v1::MENTOR;
  return mentor;
}

class ProgrammeEndTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::InductionReply> OnInduction(const testing::Actor& actor,
                                                 const google::protobuf::Message& command) {
    return Ask<v1::InductionReply>(actor, command);
  }
  v1::ActionPlan OnPlan(const testing::Actor& actor, const google::protobuf::Message& command) {
    const auto reply = Ask<v1::ActionPlanReply>(actor, command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
    return reply.ok() ? reply->action_plan() : v1::ActionPlan();
  }
  v1::ActionPlan Plan(const std::string& name) {
    v1::GetActionPlanRequest get;
    get.set_name(name);
    const auto plan = Ask<v1::ActionPlan>(testing::Ect(), get);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan.value_or(v1::ActionPlan());
  }

  void SetUp() override {
    auto request = testing::ParseText<v1::RegisterEctRequest>(
        "school { school { urn: '900001' name: 'Northgate' } starts_on: '2022-09-01' }");
    request.set_request_id(testing::NewId());
    *request.mutable_ect() = testing::Ect().party;
    *request.mutable_school()->mutable_headteacher() = testing::Headteacher().party;
    *request.mutable_tutorship()->mutable_tutor() = testing::Tutor().party;
    const auto registered = OnInduction(testing::Tutor(), request);
    ASSERT_TRUE(registered.ok()) << registered.status();
    induction_ = registered->induction().name();
    auto assign =
        RequestFor<v1::AssignMentorRequest>(induction_, "mentorship { school_urn: '900001' }");
    *assign.mutable_mentorship()->mutable_mentor() = Mentor().party;
    ASSERT_TRUE(OnInduction(testing::Headteacher(), assign).ok());
  }

  // Drafts a plan of the mentor and the ECT. Fields of `text` replace those of the usual one.
  std::string Draft(const std::string& text = "") {
    v1::DraftActionPlanRequest request;
    request.set_request_id(testing::NewId());
    request.set_action_plan_id(testing::NewId());
    v1::ActionPlan& plan = *request.mutable_action_plan();
    *plan.mutable_ect() = testing::Ect().party;
    *plan.mutable_mentor() = Mentor().party;
    plan.mutable_school()->set_urn("900001");
    plan.mutable_school()->set_name("Northgate");
    plan.set_academic_year("2022/23");
    plan.MergeFrom(testing::ParseText<v1::ActionPlan>(text));
    return OnPlan(Mentor(), request).name();
  }
  v1::CompleteProgrammeRequest Completing(const std::string& staying = "NOT_BOTH_STAY") {
    return RequestFor<v1::CompleteProgrammeRequest>(induction_,
                                                    "completion { staying: " + staying + " }");
  }

  std::string induction_;
};

TEST_F(ProgrammeEndTest, TheEctsOpenPlansPassToTheEctInTheSameCommit) {
  const std::string plan = Draft("induction: '" + induction_ + "'");
  const std::string without_induction = Draft();
  const std::string closed = Draft();
  OnPlan(Mentor(), RequestFor<v1::CloseActionPlanRequest>(closed, "reason: FINISHED"));
  const std::string anothers =
      Draft("ect { person: 'people/00000000-0000-4000-8000-0000000000e9' }");
  const auto reply = OnInduction(Mentor(), Completing());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->induction().name(), induction_);
  EXPECT_EQ(reply->induction().programme_completions_size(), 1);
  EXPECT_EQ(reply->receipt().event_ids_size(), 3) << "of the induction and of two plans";
  EXPECT_EQ(reply->warnings_size(), 0);
  for (const std::string& name : {plan, without_induction}) {
    const v1::ActionPlan handed_over = Plan(name);
    EXPECT_EQ(handed_over.owner(), v1::ActionPlan::ECT_ALONE);
    EXPECT_THAT(handed_over.hand_over().reason(), HasSubstr("do not both stay"));
    EXPECT_EQ(handed_over.hand_over().handed_over_by().person(), Mentor().party.person());
    const auto refused = Ask<v1::ActionPlanReply>(
        Mentor(), RequestFor<v1::CloseActionPlanRequest>(name, "reason: FINISHED"));
    ExpectError(refused.status(), StatusCode::kPermissionDenied, "ACTION_PLAN_HANDED_OVER");
  }
  EXPECT_NE(Plan(closed).owner(), v1::ActionPlan::ECT_ALONE);
  // The plan of another ECT is still the mentor's to write.
  OnPlan(Mentor(), RequestFor<v1::CloseActionPlanRequest>(anothers, "reason: FINISHED"));
  // And the ECT goes on.
  OnPlan(testing::Ect(), RequestFor<v1::CloseActionPlanRequest>(plan, "reason: FINISHED"));
}

TEST_F(ProgrammeEndTest, WhereBothStayThePlansStayTheirs) {
  const std::string plan = Draft();
  const auto reply = OnInduction(testing::Ect(), Completing("BOTH_STAY"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->receipt().event_ids_size(), 1);
  EXPECT_NE(Plan(plan).owner(), v1::ActionPlan::ECT_ALONE);
}

TEST_F(ProgrammeEndTest, WhatIsRefusedHandsNothingOver) {
  const std::string plan = Draft();
  ExpectError(OnInduction(testing::Tutor(), Completing()).status(), StatusCode::kPermissionDenied,
              "CAPACITY_NOT_ALLOWED");
  EXPECT_NE(Plan(plan).owner(), v1::ActionPlan::ECT_ALONE);
}

TEST_F(ProgrammeEndTest, ARepeatedRequestGetsTheFirstAnswerAfterARestartToo) {
  const std::string plan = Draft();
  const v1::CompleteProgrammeRequest request = Completing();
  const auto first = OnInduction(Mentor(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t revision = Plan(plan).revision();
  for (int i = 0; i < 2; ++i) {
    const auto again = OnInduction(Mentor(), request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
    EXPECT_EQ(Plan(plan).revision(), revision);
    EXPECT_EQ(Plan(plan).owner(), v1::ActionPlan::ECT_ALONE);
    server_.Restart();
  }
}

// The plan moves while the programme ends: it is loaded and decided anew, and nothing is lost.
TEST_F(ProgrammeEndTest, PlansThatMoveMeanwhileAreHandedOverAllTheSame) {
  const std::string plan = Draft();
  std::atomic<bool> ended = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (!ended) {
      const auto reply = Ask<v1::ActionPlanReply>(
          Mentor(),
          RequestFor<v1::SetActionPlanTargetRequest>(plan, "target { statement: 'Cold call.' }"));
      written += reply.ok();
    }
  });
  // Three attempts may not be enough beside a busy writer; who is told so tries again.
  absl::StatusOr<v1::InductionReply> reply = OnInduction(Mentor(), Completing());
  while (reply.status().code() == StatusCode::kAborted) {
    reply = OnInduction(Mentor(), Completing());
  }
  ended = true;
  writer.join();
  ASSERT_TRUE(reply.ok()) << reply.status();
  const v1::ActionPlan after = Plan(plan);
  EXPECT_EQ(after.owner(), v1::ActionPlan::ECT_ALONE);
  EXPECT_EQ(after.targets_size(), written);
  EXPECT_EQ(after.revision(), 1 + written + 1);
}

}  // namespace
}  // namespace trellis::services
