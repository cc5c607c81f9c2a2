// Which action plans pass to the ECT when the training programme ends.
#include "domain/action_plan.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kEnded[] = "programme_completed { action_plans_handed_over: true }";

// What the end says of a plan with this text; one that is of the ECT, drafted and shared.
std::vector<v1::ActionPlanEvent> HandedOver(const std::string& plan = "",
                                            const std::string& ended = kEnded) {
  auto present = Parse<v1::ActionPlan>(
      "name: 'actionPlans/1' revision: 4 state: AGREED owner: MENTOR_AND_ECT ect { person: "
      "'people/ect' }");
  present.MergeFrom(Parse<v1::ActionPlan>(plan));
  auto event =
      Parse<v1::InductionEvent>("occurred_on: '2024-07-12' late_reason: 'Ill.' actor_name: 'Jo'");
  event.MergeFrom(Parse<v1::InductionEvent>(ended));
  return HandedOverByProgramme(
      present, Parse<v1::Induction>("name: 'inductions/1' ect { person: 'people/ect' }"), event);
}

TEST(ProgrammeEnd, HandsAPlanOverOnTheDayThatTheProgrammeEnded) {
  const std::vector<v1::ActionPlanEvent> events = HandedOver();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].occurred_on(), "2024-07-12");
  EXPECT_EQ(events[0].late_reason(), "Ill.");
  EXPECT_EQ(events[0].actor_name(), "Jo");
  EXPECT_EQ(events[0].action_plan_handed_over().reason(),
            "The programme is completed, and the mentor and the ECT do not both stay.");
}

TEST(ProgrammeEnd, HandsOverAPlanOfThisInduction) {
  EXPECT_EQ(HandedOver("induction: 'inductions/1'").size(), 1u);
  EXPECT_TRUE(HandedOver("induction: 'inductions/2'").empty());
}

TEST(ProgrammeEnd, LeavesOtherPlansAsTheyAre) {
  EXPECT_TRUE(HandedOver("state: CLOSED").empty());
  EXPECT_TRUE(HandedOver("owner: ECT_ALONE").empty());
  EXPECT_TRUE(HandedOver("ect { person: 'people/another' }").empty());
}

TEST(ProgrammeEnd, HandsNothingOverWhereBothStay) {
  EXPECT_TRUE(HandedOver("", "programme_completed { completion { staying: BOTH_STAY } }").empty());
  EXPECT_TRUE(HandedOver("", "induction_resumed { pause_id: 'h1' }").empty());
}

}  // namespace
}  // namespace trellis::domain
