// The diary over gRPC: what a plan plans is in the diaries of those who take part.
#include "absl/strings/str_cat.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::services {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DiaryTest : public ServiceTest {
 protected:
  v1::ListDiaryResponse Diary(const v1::ListDiaryRequest& request) {
    const auto diary = client().Read<v1::ListDiaryResponse>(request);
    EXPECT_TRUE(diary.ok()) << diary.status();
    return diary.value_or(v1::ListDiaryResponse());
  }
  v1::ListDiaryResponse DiaryOf(const testing::Actor& actor) {
    v1::ListDiaryRequest request;
    request.set_person(actor.party.person());
    return Diary(request);
  }
  static std::vector<std::string> Days(const v1::ListDiaryResponse& diary) {
    std::vector<std::string> days;
    for (const v1::DiaryEntry& entry : diary.entries()) {
      days.push_back(absl::StrCat(entry.date(), " ", v1::DiaryEntry::State_Name(entry.state())));
    }
    return days;
  }
};

TEST_F(DiaryTest, IsOfThoseWhoTakePart) {
  const v1::SupportPlan plan = Open();
  std::vector<std::string> reviews;
  for (const v1::Review& review : plan.reviews()) {
    reviews.push_back(absl::StrCat(review.scheduled_on(), " PLANNED"));
  }
  ASSERT_EQ(reviews.size(), 4u);
  EXPECT_EQ(Days(DiaryOf(testing::Ect())), reviews);
  EXPECT_EQ(Days(DiaryOf(testing::Tutor())), reviews);
  EXPECT_THAT(Days(DiaryOf(testing::Headteacher())), IsEmpty()) << "who holds no review";
  v1::ListDiaryRequest school;
  school.set_school_urn(plan.school().urn());
  EXPECT_EQ(Days(Diary(school)), reviews);
}

TEST_F(DiaryTest, GoesWithThePlanToAnotherTutorAndAnotherSchool) {
  const v1::SupportPlan plan = Open();
  ASSERT_THAT(Days(DiaryOf(testing::Tutor())), SizeIs(4));
  testing::Actor successor = testing::Tutor();
  successor.party.set_person("people/00000000-0000-4000-8000-0000000000a8");
  auto change = testing::RequestFor<v1::ChangePartyRequest>(
      plan.name(), "capacity: INDUCTION_TUTOR reason: 'On leave.'");
  *change.mutable_party() = successor.party;
  Give(testing::Headteacher(), change);
  EXPECT_THAT(Days(DiaryOf(testing::Tutor())), IsEmpty());
  EXPECT_THAT(Days(DiaryOf(successor)), SizeIs(4));
  auto move = testing::RequestFor<v1::MoveSupportPlanRequest>(
      plan.name(), "school { urn: '900002' name: 'Southfield' } reason: 'Moved.'");
  *move.mutable_induction_tutor() = testing::Tutor().party;
  *move.mutable_headteacher() = testing::Headteacher().party;
  Give(testing::Headteacher(), move);
  EXPECT_THAT(Days(DiaryOf(successor)), IsEmpty());
  EXPECT_THAT(Days(DiaryOf(testing::Tutor())), SizeIs(4));
  v1::ListDiaryRequest school;
  school.set_school_urn("900001");
  EXPECT_THAT(Days(Diary(school)), IsEmpty());
  school.set_school_urn("900002");
  EXPECT_THAT(Days(Diary(school)), SizeIs(4));
}

TEST_F(DiaryTest, ShowsWhatIsOverdueWhateverDaysAreAskedFor) {
  const v1::SupportPlan plan = Open();
  clock_.Advance(absl::Hours(24 * 9));
  v1::ListDiaryRequest request;
  request.set_person(testing::Ect().party.person());
  request.set_from_on(plan.reviews(3).scheduled_on());
  const v1::ListDiaryResponse diary = Diary(request);
  EXPECT_EQ(diary.overdue(), 1);
  EXPECT_THAT(Days(diary), ElementsAre(absl::StrCat(plan.reviews(0).scheduled_on(), " OVERDUE"),
                                       absl::StrCat(plan.reviews(3).scheduled_on(), " PLANNED")));
}

TEST_F(DiaryTest, FollowsTheSameAppointmentWhenItIsMoved) {
  const v1::SupportPlan plan = Open();
  const v1::DiaryEntry before = DiaryOf(testing::Ect()).entries(0);
  Give(testing::Tutor(), testing::RequestFor<v1::RescheduleReviewRequest>(
                             plan.name(), absl::StrCat("review_id: 'r1' reason: 'Ill.' "
                                                       "scheduled_on: '",
                                                       plan.reviews(3).scheduled_on(), "'")));
  const v1::ListDiaryResponse after = DiaryOf(testing::Ect());
  ASSERT_EQ(after.entries_size(), 4);
  int found = 0;
  for (const v1::DiaryEntry& entry : after.entries()) {
    if (entry.uid() != before.uid()) continue;
    ++found;
    EXPECT_EQ(entry.date(), plan.reviews(3).scheduled_on());
    EXPECT_EQ(entry.original_date(), before.date());
    EXPECT_GT(entry.revision(), before.revision());
  }
  EXPECT_EQ(found, 1);
}

TEST_F(DiaryTest, ComesInPages) {
  Open();
  v1::ListDiaryRequest request;
  request.set_person(testing::Ect().party.person());
  const std::vector<std::string> all = Days(Diary(request));
  request.set_page_size(3);
  std::vector<std::string> paged;
  do {
    const v1::ListDiaryResponse page = Diary(request);
    EXPECT_LE(page.entries_size(), 3);
    for (const std::string& day : Days(page)) paged.push_back(day);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, all);
}

TEST_F(DiaryTest, WantsEitherAPersonOrASchool) {
  v1::ListDiaryRequest request;
  ExpectError(client().Read<v1::ListDiaryResponse>(request).status(),
              absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");
  request.set_person(testing::Ect().party.person());
  request.set_school_urn("900001");
  ExpectError(client().Read<v1::ListDiaryResponse>(request).status(),
              absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");
  request.clear_school_urn();
  request.set_from_on("2022-10-02");
  request.set_until_on("2022-10-01");
  ExpectError(client().Read<v1::ListDiaryResponse>(request).status(),
              absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");
}

TEST_F(DiaryTest, CountsTheWorkOfAnEct) {
  const v1::SupportPlan plan = Open();
  Give(testing::Tutor(),
       testing::RequestFor<v1::AddActionRequest>(
           plan.name(), absl::StrCat("action { concern_id: 'c1' statement: 'Set out the rules.' "
                                     "ends_on: '",
                                     plan.reviews(0).scheduled_on(), "' }")));
  v1::GetWorkloadRequest request;
  request.set_ect(testing::Ect().party.person());
  const auto workload = client().Read<v1::Workload>(request);
  ASSERT_TRUE(workload.ok()) << workload.status();
  EXPECT_THAT(workload->plans(), ElementsAre(plan.name()));
  EXPECT_EQ(workload->open_steps(), 1);
  EXPECT_EQ(workload->steps_without_estimate(), 1);
  ASSERT_EQ(workload->weeks_size(), 1);
  EXPECT_THAT(workload->weeks(0).due(), ElementsAre(absl::StrCat(plan.name(), "/a1")));
}

}  // namespace
}  // namespace trellis::services
