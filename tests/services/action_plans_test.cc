// Action plans over gRPC: from a draft to a closed plan, who may, and what is read of them.
#include "tests/services/service_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kMentor[] = "people/00000000-0000-4000-8000-0000000000c1";

testing::Actor Mentor(const std::string& person = kMentor) {
  testing::Actor mentor;
  mentor.party.set_person(person);
  mentor.party.set_name("Jo Lindqvist");
  mentor.capacity = v1::MENTOR;
  return mentor;
}

class ActionPlansTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::ActionPlanReply> Try(const testing::Actor& actor,
                                          const google::protobuf::Message& command) {
    return Ask<v1::ActionPlanReply>(actor, command);
  }
  v1::ActionPlan Do(const testing::Actor& actor, const google::protobuf::Message& command) {
    const auto reply = Try(actor, command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
    return reply.ok() ? reply->action_plan() : v1::ActionPlan();
  }

  static v1::DraftActionPlanRequest DraftRequest() {
    auto request = testing::ParseText<v1::DraftActionPlanRequest>(R"pb(
      action_plan {
        mentor { name: "Jo Lindqvist" }
        school { urn: "900001" name: "Northgate Academy" }
        academic_year: "2022/23"
        targets {
          statement: "Use cold call in every Year 8 lesson."
          success_measure: "A colleague counts 20 different pupils answering."
          standard_codes: "4a"
          due_on: "2023-03-31"
        }
        steps {
          target_id: "t1"
          statement: "Plan six questions for each lesson."
          minutes_per_week: 20
          supported_by { role: "Head of mathematics" }
        }
        reviews { scheduled_on: "2022-11-08" }
      }
    )pb");
    request.set_request_id(testing::NewId());
    request.set_action_plan_id(testing::NewId());
    *request.mutable_action_plan()->mutable_ect() = testing::Ect().party;
    request.mutable_action_plan()->mutable_mentor()->set_person(kMentor);
    return request;
  }
  std::string Draft() { return Do(Mentor(), DraftRequest()).name(); }
};

TEST_F(ActionPlansTest, GoFromADraftToAReviewAndOutliveTheMentor) {
  const std::string plan = Draft();
  const auto agreed = Do(testing::Ect(), testing::RequestFor<v1::AgreeActionPlanRequest>(plan));
  EXPECT_EQ(agreed.state(), v1::ActionPlan::AGREED);
  EXPECT_EQ(agreed.next_review_on(), "2022-11-08");
  Do(Mentor(), testing::RequestFor<v1::HandOverActionPlanRequest>(plan));
  // The mentor only reads from now on.
  const auto step =
      testing::RequestFor<v1::CompleteActionStepRequest>(plan, "step_id: 's1' note: 'Done.'");
  ExpectError(Try(Mentor(), step).status(), StatusCode::kPermissionDenied,
              "ACTION_PLAN_HANDED_OVER");
  v1::GetActionPlanRequest get;
  get.set_name(plan);
  EXPECT_TRUE(Ask<v1::ActionPlan>(Mentor(), get).ok());
  Do(testing::Ect(), step);
  clock_.Advance(absl::Hours(24 * 36));
  const auto reviewed =
      Do(testing::Ect(), testing::RequestFor<v1::CompleteActionPlanReviewRequest>(plan, R"pb(
           review_id: "r1"
           judgements { target_id: "t1" judgement: MET words: "In every lesson." }
         )pb"));
  EXPECT_EQ(reviewed.targets(0).judgement(), v1::MET);
  const auto closed =
      Do(testing::Ect(), testing::RequestFor<v1::CloseActionPlanRequest>(plan, "reason: FINISHED"));
  EXPECT_EQ(closed.state(), v1::ActionPlan::CLOSED);
  EXPECT_EQ(Ask<v1::ActionPlan>(testing::Ect(), get)->DebugString(), closed.DebugString());
}

TEST_F(ActionPlansTest, AreShownAsTheyWere) {
  const std::string plan = Draft();
  const absl::Time drafted = clock_.Now();
  v1::GetActionPlanRequest get;
  get.set_name(plan);
  const auto before = Ask<v1::ActionPlan>(testing::Ect(), get);
  clock_.Advance(absl::Minutes(1));
  Do(testing::Ect(), testing::RequestFor<v1::WithdrawActionPlanTargetRequest>(
                         plan, "target_id: 't1' reason: 'Another class.'"));
  get.set_revision(before->revision());
  EXPECT_EQ(Ask<v1::ActionPlan>(testing::Ect(), get)->DebugString(), before->DebugString());
  get.clear_revision();
  get.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(drafted));
  EXPECT_EQ(Ask<v1::ActionPlan>(testing::Ect(), get)->DebugString(), before->DebugString());
  get.set_revision(1);
  ExpectError(Ask<v1::ActionPlan>(testing::Ect(), get).status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
}

// Mentoring is no assessment: those who assess neither write nor read what was agreed in it.
TEST_F(ActionPlansTest, AreBetweenTheEctAndTheMentorAlone) {
  const std::string plan = Draft();
  v1::GetActionPlanRequest get;
  get.set_name(plan);
  v1::RenderActionPlanRequest render;
  render.set_name(plan);
  v1::CheckSmartRequest check;
  check.set_name(plan);
  const auto agree = testing::RequestFor<v1::AgreeActionPlanRequest>(plan);
  for (const testing::Actor& actor :
       {testing::Tutor(), testing::Headteacher(), testing::AppropriateBody()}) {
    for (const absl::Status& status :
         {Ask<v1::ActionPlan>(actor, get).status(),
          Ask<v1::RenderActionPlanResponse>(actor, render).status(), Try(actor, agree).status()}) {
      ExpectError(status, StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
    }
    // Anybody may check a plan of their own writing; of this one they are not told that it is.
    ExpectError(Ask<v1::CheckSmartResponse>(actor, check).status(), StatusCode::kNotFound,
                "ACTION_PLAN_NOT_FOUND");
  }
  const testing::Actor another = Mentor("people/00000000-0000-4000-8000-0000000000c2");
  ExpectError(Ask<v1::ActionPlan>(another, get).status(), StatusCode::kNotFound,
              "ACTION_PLAN_NOT_FOUND");
  ExpectError(client().Read<v1::ActionPlan>(get).status(), StatusCode::kUnauthenticated,
              "ACTOR_MISSING");
}

TEST_F(ActionPlansTest, ARepeatedCommandGetsItsFirstAnswer) {
  const auto draft = DraftRequest();
  const auto first = Try(Mentor(), draft);
  Do(testing::Ect(), testing::RequestFor<v1::AgreeActionPlanRequest>(first->action_plan().name()));
  const auto second = Try(Mentor(), draft);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(second->DebugString(), first->DebugString());
}

TEST_F(ActionPlansTest, AreFoundByEctMentorSchoolStateAndOverdueReview) {
  const std::string plan = Draft();
  v1::DraftActionPlanRequest alone = DraftRequest();
  alone.mutable_action_plan()->clear_mentor();
  alone.mutable_action_plan()->mutable_school()->set_urn("900002");
  const std::string own = Do(testing::Ect(), alone).name();
  const auto names = [&](const std::string& query) {
    std::vector<std::string> found;
    const auto page = client().Read<v1::ListActionPlansResponse>(
        testing::ParseText<v1::ListActionPlansRequest>(query));
    EXPECT_TRUE(page.ok()) << page.status();
    for (const auto& summary : page->action_plans()) found.push_back(summary.name());
    return found;
  };
  EXPECT_EQ(names("").size(), 2u);
  EXPECT_THAT(names("school_urn: '900002'"), ElementsAre(own));
  EXPECT_THAT(names(absl::StrCat("mentor: '", kMentor, "'")), ElementsAre(plan));
  EXPECT_EQ(names(absl::StrCat("ect: '", testing::Ect().party.person(), "'")).size(), 2u);
  EXPECT_THAT(names("state: AGREED"), IsEmpty());
  EXPECT_THAT(names("overdue_review: true"), IsEmpty());
  Do(testing::Ect(), testing::RequestFor<v1::AgreeActionPlanRequest>(plan));
  EXPECT_THAT(names("state: AGREED"), ElementsAre(plan));
  clock_.Advance(absl::Hours(24 * 60));
  EXPECT_EQ(names("overdue_review: true").size(), 2u);
  Do(testing::Ect(), testing::RequestFor<v1::CloseActionPlanRequest>(plan, "reason: REPLACED"));
  EXPECT_THAT(names("overdue_review: true"), ElementsAre(own));
}

TEST_F(ActionPlansTest, AListComesInPages) {
  std::vector<std::string> drafted;
  for (int i = 0; i < 5; ++i) drafted.push_back(Draft());
  std::sort(drafted.begin(), drafted.end());
  std::vector<std::string> listed;
  v1::ListActionPlansRequest request;
  request.set_page_size(2);
  do {
    const auto page = client().Read<v1::ListActionPlansResponse>(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& summary : page->action_plans()) {
      listed.push_back(summary.name());
      EXPECT_EQ(summary.open_targets(), 1);
      EXPECT_EQ(summary.open_steps(), 1);
      EXPECT_EQ(summary.minutes_per_week(), 20);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, drafted);
}

TEST_F(ActionPlansTest, AreCheckedStoredOrNot) {
  v1::CheckSmartRequest stored;
  stored.set_name(Draft());
  auto checked = Ask<v1::CheckSmartResponse>(Mentor(), stored);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->minutes_per_week(), 20);
  for (const auto& finding : checked->targets(0).findings()) EXPECT_TRUE(finding.ok());

  v1::CheckSmartRequest unstored;
  *unstored.mutable_action_plan() = DraftRequest().action_plan();
  unstored.mutable_action_plan()->mutable_targets(0)->set_statement("Improve my questioning.");
  unstored.mutable_action_plan()->mutable_targets(0)->set_due_on("2023-09-01");
  checked = Ask<v1::CheckSmartResponse>(testing::Tutor(), unstored);
  ASSERT_TRUE(checked.ok()) << checked.status();
  ASSERT_EQ(checked->targets(0).target_id(), "t1");
  EXPECT_EQ(checked->targets(0).findings(0).reason(), "VAGUE_VERB");
  EXPECT_TRUE(checked->targets(0).findings(2).ok());
  EXPECT_EQ(checked->targets(0).findings(4).reason(), "DUE_AFTER_PLAN_ENDS");

  *unstored.mutable_name() = stored.name();
  ExpectError(Ask<v1::CheckSmartResponse>(Mentor(), unstored).status(),
              StatusCode::kInvalidArgument, "INVALID_REQUEST");
}

TEST_F(ActionPlansTest, AreRenderedAsTextAndAsAPage) {
  v1::RenderActionPlanRequest request;
  request.set_name(Draft());
  auto rendered = Ask<v1::RenderActionPlanResponse>(Mentor(), request);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->media_type(), "text/plain; charset=utf-8");
  EXPECT_THAT(rendered->content(), HasSubstr("Sam Okafor"));
  request.set_output_format(v1::RenderActionPlanRequest::HTML);
  rendered = Ask<v1::RenderActionPlanResponse>(Mentor(), request);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->media_type(), "text/html; charset=utf-8");
  EXPECT_THAT(rendered->content(), HasSubstr("Use cold call in every Year 8 lesson."));
  request.set_text_width(79);
  ExpectError(Ask<v1::RenderActionPlanResponse>(Mentor(), request).status(),
              StatusCode::kInvalidArgument, "INVALID_REQUEST");
}

TEST_F(ActionPlansTest, HaveATrail) {
  v1::ListTrailRequest request;
  request.set_parent(Draft());
  const auto trail = client().Read<v1::ListTrailResponse>(request);
  ASSERT_TRUE(trail.ok()) << trail.status();
  ASSERT_EQ(trail->entries_size(), 4);
  EXPECT_THAT(trail->entries(0).sentence(),
              HasSubstr("drafted an action plan for Sam Okafor at Northgate Academy"));
  EXPECT_THAT(trail->entries(1).sentence(), HasSubstr("set target t1, due Fri 31 Mar 2023"));
}

TEST_F(ActionPlansTest, AreExportedByWhomTheyAreShownTo) {
  v1::ExportEvidenceRequest request;
  request.set_name(Draft());
  const auto exported = [&](const testing::Actor& actor) {
    return client()
        .CallBytes(testing::RpcClient::PathOf(testing::MethodFor(request)),
                   testing::MetadataOf(actor), request.SerializeAsString())
        .status();
  };
  EXPECT_EQ(exported(Mentor()), absl::OkStatus());
  const auto shown = [&](const testing::Actor& actor) {
    v1::GetActionPlanRequest get;
    get.set_name(request.name());
    return Ask<v1::ActionPlan>(actor, get).status();
  };
  for (const testing::Actor& other :
       {Mentor("people/00000000-0000-4000-8000-0000000000c9"), testing::Headteacher()}) {
    EXPECT_FALSE(shown(other).ok());
    ExpectError(exported(other), StatusCode::kNotFound, "ACTION_PLAN_NOT_FOUND");
  }
}

}  // namespace
}  // namespace trellis::services
