// What happens to support plans in schools, from end to end: over gRPC, with the directory, on a
// clock that moves. The situations are numbered as the scenarios in tests/scenarios/situations are;
// those of inductions stand in situations_of_inductions_test.cc.
#include "tests/services/situation_fixture.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RequestFor;
using ::testing::SizeIs;

using SituationsTest = SituationTest;

// 1.
TEST_F(SituationsTest, TheEctMovesSchoolInsideTheTrustInTheMiddleOfThePlan) {
  const v1::SupportPlan plan = Open();
  const Staffed southfield = FoundSchool("900002", "Southfield School");
  clock_.Advance(absl::Hours(24));
  auto move = RequestFor<v1::MoveSupportPlanRequest>(plan.name(), "reason: 'A new post.'");
  *move.mutable_school() = southfield.school;
  *move.mutable_induction_tutor() = southfield.tutor.party;
  *move.mutable_headteacher() = southfield.head.party;
  // Nobody takes a plan that is not theirs to see: the school that it leaves gives it.
  ExpectError(Bare(southfield.tutor, move), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  GiveBare(testing::Tutor(), move);

  // One stream goes on; those who left it behind act in it no more, and what they wrote stays.
  GiveBare(southfield.tutor, testing::OutcomeRequest(plan.name(), "Settled in."));
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Late.")),
              StatusCode::kPermissionDenied, "NOT_THE_PARTY");
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->concerns(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->former_schools(0).school().urn(), "900001");
  EXPECT_THAT(Plans("school_urn: '900002'"), ElementsAre(plan.name()));
  EXPECT_THAT(Plans("school_urn: '900001'"), IsEmpty());
}

// 2. The retention clock: retention_test. A pack for the next headteacher does not exist yet.
TEST_F(SituationsTest, TheEctLeavesTheTrustInTheMiddleOfThePlan) {
  const Staffed here = FoundSchool("900021", "Westbrook School");
  RecordTrust("2170");
  JoinTrust("900021", "2170");
  const testing::Actor sam = JoinEct(here);
  const v1::Induction induction = RegisterAt(here, sam, "2022-09-01");
  MoveTo("2023-01-09");
  const v1::SupportPlan plan = OpenAt(here, sam);
  EXPECT_THAT(Plans("trust: 'trusts/2170' state: ACTIVE"), ElementsAre(plan.name()));

  MoveTo("2023-01-20");
  Leave(sam, "900021");
  // After a term an interim assessment is owed, even after the ECT has gone.
  const auto left = DoOnInduction(here.head, RequestFor<v1::LeaveInductionRequest>(
                                                 induction.name(), "words: 'To another trust.'"));
  EXPECT_THAT(WarningsOf(left), ElementsAre("INTERIM_ASSESSMENT_DUE"));
  EXPECT_EQ(left.induction().ending().outcome(), v1::InductionEnding::NOT_COMPLETED);
  EXPECT_EQ(DueIn(ClockOf(induction)).back(), "2023-01-20 INTERIM_ASSESSMENT at 122");
  GiveBare(here.head, RequestFor<v1::ClosePlanRequest>(
                          plan.name(), "reason: LEFT words: 'Left the trust; not completed.'"));
  EXPECT_THAT(DiaryOf(here.tutor), ElementsAre("2023-01-16 CANCELLED", "2023-01-23 CANCELLED",
                                               "2023-01-30 CANCELLED", "2023-02-06 CANCELLED"));
  EXPECT_THAT(Plans("trust: 'trusts/2170' state: ACTIVE"), IsEmpty());

  // Nothing is judged any more; the ECT reads, comments and signs all the same.
  MoveTo("2023-02-01");
  ExpectError(Bare(here.tutor, testing::OutcomeRequest(plan.name(), "Afterthought.")),
              StatusCode::kFailedPrecondition, "PLAN_CLOSED");
  const auto commented = GiveBare(
      sam, RequestFor<v1::AddCommentRequest>(plan.name(), "comment { words: 'Coaching helped.' }"));
  EXPECT_EQ(commented.support_plan().closure().reason(), v1::Closure::LEFT);
  EXPECT_EQ(commented.support_plan().concerns(0).state(), v1::Concern::OPEN);
  EXPECT_THAT(Plans("trust: 'trusts/2170' ect: '" + sam.party.person() + "'"),
              ElementsAre(plan.name()));
  // What was served goes along to the next school, as an induction of that one.
  const Staffed there = FoundSchool("900031", "Hill Top School");
  StartRole(sam.party.person(), "role: ECT school_urn: '900031'");
  const v1::Induction next = RegisterAt(there, sam, "2023-02-01", "brought_hundredths: 122");
  EXPECT_EQ(ClockOf(next).served_hundredths(), 122);
}

// 3.
TEST_F(SituationsTest, TheTutorResignsAndASuccessorTakesOver) {
  const v1::SupportPlan plan = Open();
  Leave(testing::Tutor(), "900001");
  const testing::Actor successor = Join("Noor Rahman", v1::INDUCTION_TUTOR, "900001");
  GiveBare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Handed over."));
  clock_.Advance(absl::Hours(24));
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Gone.")),
              StatusCode::kPermissionDenied, "ROLE_ENDED");
  auto change = RequestFor<v1::ChangePartyRequest>(
      plan.name(), "capacity: INDUCTION_TUTOR reason: 'The tutor resigned.'");
  *change.mutable_party() = successor.party;
  GiveBare(testing::Headteacher(), change);
  GiveBare(successor, testing::OutcomeRequest(plan.name(), "Met the class."));
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->outcomes(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->outcomes(1).entry().recorded_by().name(), "Noor Rahman");
  EXPECT_THAT(Plans("induction_tutor: '" + successor.party.person() + "'"),
              ElementsAre(plan.name()));
  EXPECT_THAT(Plans("induction_tutor: '" + testing::Tutor().party.person() + "'"), IsEmpty());
}

// 17.
TEST_F(SituationsTest, TheSchoolConvertsUnderANewUrn) {
  const v1::SupportPlan plan = Open();
  RecordSchool("900078", "school_name: 'Northgate Academy'");
  EXPECT_TRUE(Follow("schools/900001", "schools/900078").ok());
  // Roles and plans stay where they were recorded, and count at the school that follows.
  GiveBare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "As before."));
  EXPECT_THAT(Plans("school_urn: '900078'"), ElementsAre(plan.name()));
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  EXPECT_EQ(client().Read<v1::ListTrailResponse>(trail)->entries_size(), plan.revision() + 1);
}

// An ECT whose plan goes on for eight weeks.
class ExtendedPlanTest : public SituationTest {
 protected:
  // The ECT, the tutor and the headteacher sign the content as it is.
  void AllSign(const v1::SupportPlan& plan) {
    for (const testing::Actor& actor : {sam_, here_.tutor, here_.head}) {
      auto sign = RequestFor<v1::SignRequest>(plan.name(), "seen_and_discussed: true agreed: true");
      sign.set_content_revision(plan.content_revision());
      GiveBare(actor, sign);
    }
    EXPECT_THAT(Plans("missing_signature: true"), IsEmpty());
  }
  // Holds each of the four reviews on its day, with the same judgement of t1.
  void HoldReviews(const v1::SupportPlan& plan, const std::string& judgement) {
    ASSERT_EQ(plan.reviews_size(), 4);
    for (const v1::Review& review : plan.reviews()) {
      MoveTo(review.scheduled_on());
      EXPECT_THAT(Plans("overdue_review: true"), IsEmpty());
      GiveBare(here_.tutor, RequestFor<v1::CompleteReviewRequest>(
                                plan.name(), "review_id: '" + review.review_id() +
                                                 "' judgements { target_id: 't1' words: 'Seen.' "
                                                 "judgement: " +
                                                 judgement + " }"));
    }
  }

  const Staffed here_ = FoundSchool("900021", "Westbrook School");
  const testing::Actor sam_ = JoinEct(here_);
};

// 19. The checklist of guidance 4.4 has no field of its own: it is a comment or an outcome.
TEST_F(ExtendedPlanTest, ThePlanIsExtendedAfterFourWeeksAndThenEscalated) {
  const testing::Actor body = FoundBody("teach-north");
  v1::OpenSupportPlanRequest opening = Opening(here_, sam_);
  *opening.mutable_support_plan()->mutable_appropriate_body() = body.party;
  opening.mutable_support_plan()->MergeFrom(testing::ParseText<v1::SupportPlan>(R"pb(
    targets {
      concern_id: "c1"
      statement: "Use class rules in every lesson."
      success_measure: "An observation sees them."
      due_on: "2022-10-28"
    }
    actions { concern_id: "c1" statement: "Observe a colleague." }
  )pb"));
  const v1::SupportPlan first = GiveBare(here_.tutor, opening).support_plan();
  AllSign(first);
  GiveBare(sam_, RequestFor<v1::CompleteActionRequest>(first.name(), "action_id: 'a1'"));
  HoldReviews(first, "PARTLY_MET");

  const auto renewed = GiveBare(
      here_.tutor, RequestFor<v1::RenewPlanRequest>(first.name(), "words: 'Partly met: go on.'"));
  const v1::SupportPlan second = renewed.support_plan();
  EXPECT_EQ(second.renews(), first.name());
  EXPECT_EQ(client().Get(first.name())->renewed_by(), second.name());
  EXPECT_THAT(second.targets(), SizeIs(1));
  EXPECT_THAT(second.actions(), IsEmpty()) << "what is done is not copied";
  EXPECT_THAT(second.awaiting_signatures(), SizeIs(3)) << "it is signed anew";
  EXPECT_THAT(Plans("state: ACTIVE"), ElementsAre(second.name()));
  AllSign(second);
  HoldReviews(second, "NOT_MET");
  for (const std::string what : {"AREAS", "OBJECTIVES", "SUPPORT"}) {
    GiveBare(body, RequestFor<v1::ConfirmAsAppropriateBodyRequest>(second.name(),
                                                                   "confirmation: " + what));
  }
  ExpectError(Bare(here_.tutor, RequestFor<v1::ClosePlanRequest>(
                                    second.name(), "reason: BACK_ON_TRACK words: 'Enough.'")),
              StatusCode::kFailedPrecondition, "CONCERNS_OPEN");
  const std::string words = "To the appropriate body. This is not capability.";
  GiveBare(here_.head, RequestFor<v1::ClosePlanRequest>(
                           second.name(), "reason: ESCALATED words: '" + words + "'"));

  // Both plans say how they ended, and what the body confirmed stays with the second.
  const auto ended = client().Get(second.name());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->closure().reason(), v1::Closure::ESCALATED);
  EXPECT_THAT(ended->confirmations(), SizeIs(3));
  EXPECT_EQ(client().Get(first.name())->closure().reason(), v1::Closure::RENEWED);
  v1::RenderSupportPlanRequest render;
  render.set_name(second.name());
  EXPECT_THAT(client().Read<v1::RenderSupportPlanResponse>(render)->content(),
              HasSubstr("This is not capability."));
  EXPECT_THAT(Plans("appropriate_body: '" + body.party.person() + "'"), SizeIs(2));
}

}  // namespace
}  // namespace trellis::services
