// What happens to inductions in schools, from end to end: over gRPC, with the directory, on a clock
// that moves. Numbered as the situations in situations_test.cc are.
#include "tests/services/situation_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RequestFor;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class InductionSituationsTest : public SituationTest {
 protected:
  // The people with this teacher reference number.
  std::vector<std::string> FindByTrn(const std::string& trn) {
    v1::FindPeopleRequest request;
    request.set_trn(trn);
    const auto found = client().Read<v1::FindPeopleResponse>(request);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> names;
    if (!found.ok()) return names;
    for (const v1::RoleHolder& person : found->people()) names.push_back(person.name());
    return names;
  }

  const Staffed here_ = FoundSchool("900021", "Westbrook School");
  const testing::Actor sam_ = JoinEct(here_);
};

// 13. That the headteacher has told the appropriate body is recorded nowhere: the reply asks for
// it.
TEST_F(InductionSituationsTest, SicknessReachesThirtyDaysInTheYearOfTheInduction) {
  const v1::Induction induction = RegisterAt(here_, sam_, "2022-09-01");
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  const auto absent = [&](const std::string& from, const std::string& until, int days,
                          const std::string& category) {
    MoveTo(until);
    return WarningsOf(DoOnInduction(
        here_.tutor,
        RequestFor<v1::RecordAbsenceRequest>(
            induction.name(), absl::StrCat("absence { starts_on: '", from, "' ends_on: '", until,
                                           "' days: ", days, " category: ", category, " }"))));
  };
  GiveBare(here_.head, RequestFor<v1::PausePlanRequest>(plan.name(), "reason: ABSENCE"));
  EXPECT_THAT(absent("2022-10-03", "2022-10-14", 10, "AD_HOC"), IsEmpty());
  // What the plan holds back falls overdue for nobody, and its reviews move on.
  EXPECT_THAT(DiaryOf(sam_), ElementsAre("2022-10-10 HELD_BACK", "2022-10-17 HELD_BACK",
                                         "2022-10-24 HELD_BACK", "2022-10-31 HELD_BACK"));
  MoveTo("2022-10-17");
  GiveBare(here_.head, RequestFor<v1::ResumePlanRequest>(plan.name()));
  EXPECT_THAT(DiaryOf(sam_), ElementsAre("2022-10-24 PLANNED", "2022-10-31 PLANNED",
                                         "2022-11-07 PLANNED", "2022-11-14 PLANNED"));

  EXPECT_THAT(absent("2022-11-14", "2022-12-02", 15, "AD_HOC"), ElementsAre("ABSENCE_ALERT"));
  EXPECT_THAT(absent("2022-12-05", "2023-01-27", 30, "STATUTORY_LEAVE"), IsEmpty());
  absent("2023-02-06", "2023-02-09", 4, "AD_HOC");
  EXPECT_EQ(ClockOf(induction).required_hundredths(), 600) << "29 days extend nothing";
  EXPECT_EQ(ClockOf(induction).expected_end_on(), "2024-08-31");
  EXPECT_THAT(absent("2023-03-01", "2023-03-01", 1, "AD_HOC"), ElementsAre("ABSENCE_THRESHOLD"));
  const v1::InductionClock clock = ClockOf(induction);
  EXPECT_EQ(clock.absence_years(0).days(), 30);
  EXPECT_EQ(clock.absence_hundredths(), 48);
  EXPECT_EQ(clock.required_hundredths(), 648);
  EXPECT_EQ(clock.expected_end_on(), "2024-10-29");
  // Days and a category are all that is said, and the school says it.
  const auto own = RequestFor<v1::RecordAbsenceRequest>(
      induction.name(),
      "absence { starts_on: '2023-02-28' ends_on: '2023-02-28' days: 1 category: AD_HOC }");
  ExpectError(Bare(sam_, own), StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
}

// 14. The weekdays of a pattern are not recorded: reviews fall on working days of the school.
TEST_F(InductionSituationsTest, AnEctWorksPartTimeAtThreeDaysOfFive) {
  const v1::Induction induction =
      RegisterAt(here_, sam_, "2022-09-01", "working_pattern { fte_hundredths: 60 }");
  // A review in every term whatever the pattern; assessments at 3.0 and 6.0 full-time terms.
  EXPECT_THAT(
      DueIn(ClockOf(induction)),
      ElementsAre("2022-12-31 PROGRESS_REVIEW at 60", "2023-03-31 PROGRESS_REVIEW at 120",
                  "2023-08-31 PROGRESS_REVIEW at 180", "2023-12-31 PROGRESS_REVIEW at 240",
                  "2024-03-31 FIRST_ASSESSMENT at 300", "2024-08-31 PROGRESS_REVIEW at 360",
                  "2024-12-31 PROGRESS_REVIEW at 420", "2025-03-31 PROGRESS_REVIEW at 480",
                  "2025-08-31 PROGRESS_REVIEW at 540", "2025-12-31 FINAL_ASSESSMENT at 600"));
  // Four days of five from January on: the assessment comes sooner, in the course of a term, and
  // the review less than a term before it is left out.
  MoveTo("2023-01-03");
  const auto changed = DoOnInduction(
      here_.head,
      RequestFor<v1::ChangeWorkingPatternRequest>(
          induction.name(), "working_pattern { fte_hundredths: 80 starts_on: '2023-01-01' }"));
  ASSERT_THAT(changed.induction().working_patterns(), SizeIs(2));
  EXPECT_EQ(changed.induction().working_patterns(0).ends_on(), "2022-12-31");
  EXPECT_EQ(ClockOf(induction, "2023-08-31").served_hundredths(), 220);
  const std::vector<std::string> due = DueIn(ClockOf(induction));
  EXPECT_EQ(due[3], "2023-12-31 FIRST_ASSESSMENT at 300");

  // A reduction takes the consent of the ECT and of the appropriate body, once there is one.
  MoveTo("2024-09-02");
  const auto reduce = [&](const std::string& consents) {
    return AskBare<v1::InductionReply>(
        here_.head,
        RequestFor<v1::ReduceInductionRequest>(
            induction.name(),
            "reduction { terms_hundredths: 100 reason: 'Two years.' " + consents + " }"));
  };
  const absl::Status without = reduce("ect_consents: true").status();
  ExpectError(without, StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_THAT(testing::BadFieldsOf(without), ElementsAre("reduction.appropriate_body_consents"));
  const std::string both = "ect_consents: true appropriate_body_consents: true";
  ExpectError(reduce(both).status(), StatusCode::kFailedPrecondition, "NO_APPROPRIATE_BODY");
  auto body = RequestFor<v1::ChangeAppropriateBodyRequest>(
      induction.name(), "appropriate_body { body: 'teach-north' body_name: 'Teach North' }");
  *body.mutable_appropriate_body()->mutable_contact() = FoundBody("teach-north").party;
  DoOnInduction(here_.head, body);
  EXPECT_TRUE(reduce(both).ok());
  EXPECT_EQ(ClockOf(induction).required_hundredths(), 500);
}

// 15.
TEST_F(InductionSituationsTest, AnEctJoinsHalfWayThroughATerm) {
  MoveTo("2022-11-14");
  const v1::Induction induction = RegisterAt(here_, sam_, "2022-11-14");
  // The first review by the middle of the next term, and none more in that one.
  EXPECT_EQ(ClockOf(induction).due(0).due_on(), "2023-02-14");
  EXPECT_EQ(ClockOf(induction).due(1).due_on(), "2023-08-31");
  // A term has to be served before any part of one counts; then all of it does.
  MoveTo("2023-02-23");
  EXPECT_EQ(ClockOf(induction).served_hundredths(), 0);
  MoveTo("2023-02-24");
  EXPECT_EQ(ClockOf(induction).served_hundredths(), 100);
  MoveTo("2023-03-31");
  EXPECT_EQ(ClockOf(induction).served_hundredths(), 139);
  EXPECT_EQ(ClockOf(induction).served_tenths(), 14);
  // Who leaves before a term was served has nothing to be assessed for.
  const Staffed there = FoundSchool("900031", "Hill Top School");
  const testing::Actor ana = Join("Ana Silva", v1::ECT, "900031");
  const v1::Induction short_one = RegisterAt(there, ana, "2023-03-31");
  MoveTo("2023-05-05");
  const auto left =
      DoOnInduction(there.head, RequestFor<v1::LeaveInductionRequest>(short_one.name()));
  EXPECT_THAT(WarningsOf(left), IsEmpty());
  EXPECT_THAT(DueIn(ClockOf(short_one)), IsEmpty());
}

// 18. An induction keeps a number of its own beside the directory's: each is set by itself.
TEST_F(InductionSituationsTest, TheTrnIsMissingThenWrongThenMerged) {
  const std::string& sam = sam_.party.person();
  const v1::Induction induction = RegisterAt(here_, sam_, "2022-09-01");
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  EXPECT_EQ(induction.trn(), "") << "nothing waits for the number";
  const auto set = [&](const std::string& trn, const std::string& change) {
    Keep(RequestFor<v1::SetPersonTrnRequest>(
        sam, "person_trn { trn: '" + trn + "' change: " + change + " reason: 'By the DfE.' }"));
    return DoOnInduction(here_.tutor,
                         RequestFor<v1::SetTrnRequest>(induction.name(),
                                                       "reason: 'By the DfE.' trn: '" + trn + "'"))
        .induction();
  };
  MoveTo("2022-10-10");
  EXPECT_EQ(set("1234567", "ADDED").trn(), "1234567");
  EXPECT_THAT(FindByTrn("1234567"), ElementsAre(sam));
  MoveTo("2022-11-07");
  set("1234576", "CORRECTED");
  EXPECT_THAT(FindByTrn("1234567"), IsEmpty());
  MoveTo("2023-01-09");
  const v1::Induction after = set("7654321", "MERGED");
  EXPECT_THAT(FindByTrn("7654321"), ElementsAre(sam));
  EXPECT_THAT(after.former_trns(), ElementsAre("1234567", "1234576"));
  EXPECT_EQ(after.name(), induction.name()) << "it all stays under the same name";
  v1::GetPersonRequest get;
  get.set_name(sam);
  EXPECT_THAT(client().Read<v1::Person>(get)->trns(), SizeIs(3));
  EXPECT_THAT(Plans("ect: '" + sam + "'"), ElementsAre(plan.name()));
}

// 18.
TEST_F(InductionSituationsTest, TwoRecordsOfOnePersonAreJoinedAndSeparatedAgain) {
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  const Staffed there = FoundSchool("900031", "Hill Top School");
  const testing::Actor twin = JoinEct(there);
  const v1::SupportPlan other = OpenAt(there, twin);
  const std::string& kept = sam_.party.person();
  const std::string& joined = twin.party.person();
  Keep(
      RequestFor<v1::JoinPersonsRequest>(joined, "join { into: '" + kept + "' reason: 'Twice.' }"));

  // Both streams are intact; nothing new names the record that was joined.
  EXPECT_EQ(client().Get(other.name())->DebugString(), other.DebugString());
  const absl::Status refused = Bare(there.tutor, Opening(there, twin));
  ExpectError(refused, StatusCode::kFailedPrecondition, "PERSON_JOINED");
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr(kept));
  // What runs already goes on.
  GiveBare(there.tutor, testing::OutcomeRequest(other.name(), "Calm."));
  GiveBare(here_.tutor, testing::OutcomeRequest(plan.name(), "Calm."));
  Keep(RequestFor<v1::SeparatePersonsRequest>(joined, "reason: 'Two people after all.'"));
  GiveBare(there.tutor, Opening(there, twin));
  EXPECT_THAT(Plans("ect: '" + joined + "'"), SizeIs(2));
  EXPECT_THAT(Plans("ect: '" + kept + "'"), ElementsAre(plan.name()));
}

// Which of two heads leads (guidance 3.14) is not recorded, and the two clocks are not added up:
// each school keeps an induction and a plan of its own, and whoever looks for the ECT finds both.
TEST_F(InductionSituationsTest, AnEctTeachesInTwoSchoolsOfTheTrust) {
  const Staffed there = FoundSchool("900031", "Hill Top School");
  RecordTrust("2170");
  JoinTrust("900021", "2170");
  JoinTrust("900031", "2170");
  StartRole(sam_.party.person(), "role: ECT school_urn: '900031'");
  const std::string half = "working_pattern { fte_hundredths: 50 }";
  const v1::Induction first = RegisterAt(here_, sam_, "2022-09-01", half);
  const v1::Induction second = RegisterAt(there, sam_, "2022-09-01", half);
  EXPECT_EQ(ClockOf(first, "2023-08-31").served_hundredths(), 150);
  EXPECT_EQ(ClockOf(second, "2023-08-31").served_hundredths(), 150);
  v1::ListInductionsRequest inductions;
  inductions.set_ect(sam_.party.person());
  EXPECT_THAT(client().Read<v1::ListInductionsResponse>(inductions)->inductions(), SizeIs(2));

  const v1::SupportPlan plan = OpenAt(here_, sam_);
  const v1::SupportPlan other = OpenAt(there, sam_);
  EXPECT_THAT(Plans("trust: 'trusts/2170' ect: '" + sam_.party.person() + "'"),
              UnorderedElementsAre(plan.name(), other.name()));
  EXPECT_THAT(Plans("school_urn: '900021'"), ElementsAre(plan.name()));
  EXPECT_THAT(DiaryOf(sam_), SizeIs(8)) << "both plans are in one diary";
  EXPECT_THAT(DiaryOf(there.tutor), SizeIs(4));
  // The tutor of one school writes nothing into the plan of the other.
  ExpectError(Bare(there.tutor, testing::OutcomeRequest(plan.name(), "Seen.")),
              StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
}

}  // namespace
}  // namespace trellis::services
