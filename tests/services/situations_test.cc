// What happens in schools, from end to end: over gRPC, with the directory, on a clock that moves.
#include "tests/services/directory_fixture.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RequestFor;

class SituationsTest : public DirectoryServiceTest {
 protected:
  std::vector<std::string> Plans(const std::string& query) {
    const auto page = client().Read<v1::ListSupportPlansResponse>(
        testing::ParseText<v1::ListSupportPlansRequest>(query));
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> names;
    if (!page.ok()) return names;
    for (const auto& plan : page->support_plans()) names.push_back(plan.name());
    return names;
  }
};

TEST_F(SituationsTest, TheEctMovesSchoolInsideTheTrustInTheMiddleOfThePlan) {
  const v1::SupportPlan plan = Open();
  const testing::Actor tutor = Join("Noor Rahman", v1::INDUCTION_TUTOR, "900002");
  const testing::Actor head = Join("Ade Bello", v1::HEADTEACHER, "900002");
  clock_.Advance(absl::Hours(24));
  auto move = RequestFor<v1::MoveSupportPlanRequest>(
      plan.name(), "school { urn: '900002' name: 'Southfield School' } reason: 'A new post.'");
  *move.mutable_induction_tutor() = tutor.party;
  *move.mutable_headteacher() = head.party;
  EXPECT_TRUE(Bare(tutor, move).ok()) << Bare(tutor, move);

  // One stream goes on; those who left it behind act in it no more, and what they wrote stays.
  EXPECT_TRUE(Bare(tutor, testing::OutcomeRequest(plan.name(), "Settled in.")).ok());
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Late.")),
              StatusCode::kPermissionDenied, "NOT_THE_PARTY");
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->concerns(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->former_schools(0).school().urn(), "900001");
  EXPECT_THAT(Plans("school_urn: '900002'"), ElementsAre(plan.name()));
  EXPECT_THAT(Plans("school_urn: '900001'"), IsEmpty());
}

TEST_F(SituationsTest, TheTutorResignsAndASuccessorTakesOver) {
  const v1::SupportPlan plan = Open();
  Leave(testing::Tutor(), "900001");
  const testing::Actor successor = Join("Noor Rahman", v1::INDUCTION_TUTOR, "900001");
  EXPECT_TRUE(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Handed over.")).ok());
  clock_.Advance(absl::Hours(24));
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Gone.")),
              StatusCode::kPermissionDenied, "ROLE_NOT_HELD");
  auto change = RequestFor<v1::ChangePartyRequest>(
      plan.name(), "capacity: INDUCTION_TUTOR reason: 'The tutor resigned.'");
  *change.mutable_party() = successor.party;
  EXPECT_TRUE(Bare(testing::Headteacher(), change).ok());
  EXPECT_TRUE(Bare(successor, testing::OutcomeRequest(plan.name(), "Met the class.")).ok());
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->outcomes(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->outcomes(1).entry().recorded_by().name(), "Noor Rahman");
  EXPECT_THAT(Plans("induction_tutor: '" + successor.party.person() + "'"),
              ElementsAre(plan.name()));
  EXPECT_THAT(Plans("induction_tutor: '" + testing::Tutor().party.person() + "'"), IsEmpty());
}

TEST_F(SituationsTest, TheSchoolConvertsUnderANewUrn) {
  const v1::SupportPlan plan = Open();
  RecordSchool("900078", "school_name: 'Northgate Academy'");
  EXPECT_TRUE(Follow("schools/900001", "schools/900078").ok());
  // Roles and plans stay where they were recorded, and count at the school that follows.
  EXPECT_TRUE(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "As before.")).ok());
  EXPECT_THAT(Plans("school_urn: '900078'"), ElementsAre(plan.name()));
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  EXPECT_EQ(client().Read<v1::ListTrailResponse>(trail)->entries_size(), plan.revision() + 1);
}

}  // namespace
}  // namespace trellis::services
