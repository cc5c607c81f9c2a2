// What the calendar does to a plan, from end to end: bank holidays, and the weeks in which the
// clocks change. What reminders make of those stands in reminders_test.cc.
#include "tests/services/situation_fixture.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RequestFor;

class DateSituationsTest : public SituationTest {
 protected:
  // Moves the clock to this moment, such as "2022-10-30T23:30:00Z".
  void MoveToTime(const std::string& time) {
    absl::Time to;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, time, &to, &error)) << error;
    MoveTo(to);
  }

  const Staffed here_ = FoundSchool("900021", "Westbrook School");
  const testing::Actor sam_ = JoinEct(here_);
};

TEST_F(DateSituationsTest, AReviewFallsOnABankHoliday) {
  MoveTo("2022-12-05");
  const auto opened = GiveBare(here_.tutor, Opening(here_, sam_));
  // The Monday is Boxing Day, the Tuesday stands in for Christmas Day; so does 2 January for the
  // first. A week is counted from the Monday that was meant.
  EXPECT_THAT(DiaryOf(sam_), ElementsAre("2022-12-12 PLANNED", "2022-12-19 PLANNED",
                                         "2022-12-28 PLANNED", "2023-01-03 PLANNED"));
  EXPECT_THAT(WarningsOf(opened), ElementsAre("REVIEW_DATE_MOVED", "REVIEW_DATE_MOVED"));
  EXPECT_THAT(opened.warnings(0).message(), HasSubstr("2022-12-26 is a bank holiday"));
  const std::string& plan = opened.support_plan().name();
  const auto scheduled = GiveBare(here_.tutor, RequestFor<v1::ScheduleReviewRequest>(
                                                   plan, "review { scheduled_on: '2023-04-10' }"));
  EXPECT_EQ(scheduled.support_plan().reviews(4).scheduled_on(), "2023-04-11") << "Easter Monday";
  const auto moved = GiveBare(
      here_.tutor, RequestFor<v1::RescheduleReviewRequest>(
                       plan, "review_id: 'r5' scheduled_on: '2023-05-01' reason: 'A training.'"));
  EXPECT_EQ(moved.support_plan().reviews(4).scheduled_on(), "2023-05-02") << "Early May";
  EXPECT_EQ(moved.support_plan().reviews(4).original_on(), "2023-04-11");

  for (const std::string id : {"r1", "r2"}) {
    MoveTo(id == "r1" ? "2022-12-12" : "2022-12-19");
    GiveBare(here_.tutor, RequestFor<v1::RecordMissedReviewRequest>(
                              plan, "review_id: '" + id + "' reason: 'A power cut.'"));
  }
  // Nothing is overdue on the holidays, nor on the day that took their place.
  for (const std::string day : {"2022-12-26", "2022-12-27", "2022-12-28"}) {
    MoveTo(day);
    EXPECT_THAT(Plans("overdue_review: true"), IsEmpty()) << day;
  }
  MoveTo("2022-12-29");
  EXPECT_THAT(Plans("overdue_review: true"), ElementsAre(plan));
}

TEST_F(DateSituationsTest, TheClocksGoBackInTheMiddleOfThePlan) {
  // 23:30 in UTC is half past midnight in London as long as it is summer there.
  MoveToTime("2022-10-16T23:30:00Z");
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  EXPECT_EQ(plan.starts_on(), "2022-10-17");
  EXPECT_THAT(DiaryOf(sam_), ElementsAre("2022-10-24 PLANNED", "2022-10-31 PLANNED",
                                         "2022-11-07 PLANNED", "2022-11-14 PLANNED"));
  const auto is_overdue_at = [&](const std::string& time) {
    MoveToTime(time);
    return !Plans("overdue_review: true").empty();
  };
  EXPECT_FALSE(is_overdue_at("2022-10-24T22:59:59Z"));
  EXPECT_TRUE(is_overdue_at("2022-10-24T23:00:00Z"));
  GiveBare(here_.tutor, RequestFor<v1::RecordMissedReviewRequest>(
                            plan.name(), "review_id: 'r1' reason: 'Ill.'"));

  // The hour from one to two comes twice on the 30th; what was recorded keeps its order.
  const auto note_at = [&](const std::string& time) {
    MoveToTime(time);
    const auto reply = GiveBare(here_.tutor, testing::OutcomeRequest(plan.name(), time));
    return reply.support_plan().outcomes().rbegin()->entry().occurred_on();
  };
  EXPECT_EQ(note_at("2022-10-29T23:30:00Z"), "2022-10-30");
  EXPECT_EQ(note_at("2022-10-30T00:30:00Z"), "2022-10-30") << "1:30, summer time";
  EXPECT_EQ(note_at("2022-10-30T01:15:00Z"), "2022-10-30") << "1:15, an hour later by the sun";
  EXPECT_EQ(note_at("2022-10-30T23:30:00Z"), "2022-10-30") << "a day of 25 hours";
  v1::ListTrailRequest request;
  request.set_parent(plan.name());
  const auto trail = client().Read<v1::ListTrailResponse>(request);
  ASSERT_TRUE(trail.ok()) << trail.status();
  for (int i = 1; i < trail->entries_size(); ++i) {
    EXPECT_LE(trail->entries(i - 1).record_time().seconds(),
              trail->entries(i).record_time().seconds());
  }
  EXPECT_FALSE(is_overdue_at("2022-10-31T23:59:59Z"));
  EXPECT_TRUE(is_overdue_at("2022-11-01T00:00:00Z"));
}

TEST_F(DateSituationsTest, TheClocksGoForwardInTheMiddleOfThePlan) {
  MoveToTime("2023-03-20T09:00:00Z");
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  // The 27th is one day of 23 hours away from the week before; the days stay Mondays.
  EXPECT_EQ(plan.reviews(0).scheduled_on(), "2023-03-27");
  EXPECT_EQ(plan.reviews(1).scheduled_on(), "2023-04-03");
  const auto is_overdue_at = [&](const std::string& time) {
    MoveToTime(time);
    return !Plans("overdue_review: true").empty();
  };
  EXPECT_FALSE(is_overdue_at("2023-03-27T22:59:59Z"));
  EXPECT_TRUE(is_overdue_at("2023-03-27T23:00:00Z"));
  // A day that has not begun in London is still to come, whatever a clock elsewhere says.
  auto early = testing::OutcomeRequest(plan.name(), "Calm.");
  early.set_occurred_on("2023-03-29");
  MoveToTime("2023-03-28T22:59:59Z");
  EXPECT_EQ(ReasonOf(Bare(here_.tutor, early)), "OCCURRED_IN_FUTURE");
  MoveToTime("2023-03-28T23:00:00Z");
  EXPECT_EQ(ReasonOf(Bare(here_.tutor, early)), "OK");
}

}  // namespace
}  // namespace trellis::services
