// What stands in a diary, and how much that is for an ECT.
#include "domain/diary.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A Monday.
constexpr absl::CivilDay kToday(2022, 10, 3);

template <typename State>
State Parse(const std::string& text) {
  State state;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &state)) << text;
  return state;
}

v1::SupportPlan SupportPlan(const std::string& text) {
  return Parse<v1::SupportPlan>(
      absl::StrCat("name: 'supportPlans/1' revision: 9 state: ACTIVE ect { person: 'people/sam' } "
                   "induction_tutor { person: 'people/ruth' } ",
                   text));
}

v1::ActionPlan ActionPlan(const std::string& text) {
  return Parse<v1::ActionPlan>(
      absl::StrCat("name: 'actionPlans/1' revision: 3 state: AGREED owner: MENTOR_AND_ECT "
                   "ect { person: 'people/sam' } mentor { person: 'people/jo' } ",
                   text));
}

// The diary, a line for each entry: its day, kind, id and state, and who takes part.
std::vector<std::string> Lines(const google::protobuf::Message& state) {
  std::vector<v1::DiaryEntry> diary = DiaryOf(state, kToday);
  SortDiary(diary);
  std::vector<std::string> lines;
  for (const v1::DiaryEntry& entry : diary) {
    lines.push_back(absl::StrCat(entry.date(), " ", v1::DiaryEntry::Kind_Name(entry.kind()), " ",
                                 entry.entry_id(), " ", v1::DiaryEntry::State_Name(entry.state()),
                                 " ", absl::StrJoin(entry.people(), " ")));
  }
  return lines;
}

TEST(DiaryOfASupportPlan, ShowsWhatIsOverdueFirstThenByDate) {
  EXPECT_THAT(Lines(SupportPlan(
                  "reviews { review_id: 'r1' scheduled_on: '2022-10-03' original_on: '2022-10-03' "
                  "          state: SCHEDULED } "
                  "reviews { review_id: 'r2' scheduled_on: '2022-09-30' original_on: '2022-09-30' "
                  "          state: SCHEDULED } "
                  "reviews { review_id: 'r3' scheduled_on: '2022-09-20' held_on: '2022-09-21' "
                  "          original_on: '2022-09-20' state: COMPLETED } "
                  "reviews { review_id: 'r4' scheduled_on: '2022-09-13' original_on: '2022-09-13' "
                  "          state: MISSED }")),
              ElementsAre("2022-09-30 REVIEW r2 OVERDUE people/sam people/ruth",
                          "2022-09-13 REVIEW r4 CANCELLED people/sam people/ruth",
                          "2022-09-21 REVIEW r3 DONE people/sam people/ruth",
                          "2022-10-03 REVIEW r1 PLANNED people/sam people/ruth"));
}

TEST(DiaryOfASupportPlan, NamesWhoTakesPartAndLeavesOutWhatHasNoDate) {
  EXPECT_THAT(
      Lines(SupportPlan(
          "support { support_id: 's1' starts_on: '2022-10-11' state: ARRANGED "
          "          supported_by { person: 'people/noor' } supported_by { role: 'Provider' } } "
          "support { support_id: 's2' state: ARRANGED } "
          "observations { observation_id: 'o1' feedback_on: '2022-10-04' "
          "               observers { person: 'people/ruth' } } "
          "actions { action_id: 'a1' ends_on: '2022-10-07' by { person: 'people/noor' } } "
          "targets { target_id: 't1' due_on: '2022-10-12' judgement: MET } "
          "targets { target_id: 't2' due_on: '2022-10-12' withdrawal_reason: 'Wrong.' }")),
      ElementsAre("2022-10-04 FEEDBACK_MEETING o1 PLANNED people/sam people/ruth",
                  "2022-10-07 ACTION a1 PLANNED people/sam people/noor",
                  "2022-10-11 SUPPORT s1 PLANNED people/sam people/ruth people/noor",
                  "2022-10-12 TARGET t1 DONE people/sam people/ruth",
                  "2022-10-12 TARGET t2 CANCELLED people/sam people/ruth"));
}

TEST(DiaryOfASupportPlan, HoldsBackWhilePausedAndCancelsWhenClosed) {
  const std::string review =
      "reviews { review_id: 'r1' scheduled_on: '2022-09-30' original_on: '2022-09-23' "
      "state: SCHEDULED }";
  v1::SupportPlan plan = SupportPlan(review);
  plan.set_state(v1::SupportPlan::PAUSED);
  EXPECT_THAT(Lines(plan), ElementsAre("2022-09-30 REVIEW r1 HELD_BACK people/sam people/ruth"));
  plan.set_state(v1::SupportPlan::CLOSED);
  EXPECT_THAT(Lines(plan), ElementsAre("2022-09-30 REVIEW r1 CANCELLED people/sam people/ruth"));
}

TEST(DiaryOfASupportPlan, StrikesOutWhatWasStruckOut) {
  EXPECT_THAT(Lines(SupportPlan(
                  "reviews { review_id: 'r1' scheduled_on: '2022-09-20' held_on: '2022-09-20' "
                  "original_on: '2022-09-20' state: COMPLETED "
                  "entry { correction { struck_out: true } } }")),
              ElementsAre("2022-09-20 REVIEW r1 CANCELLED people/sam people/ruth"));
}

TEST(DiaryEntry, KeepsItsUidAndTellsOfTheFirstDate) {
  v1::SupportPlan plan = SupportPlan(
      "reviews { review_id: 'r1' scheduled_on: '2022-10-05' original_on: '2022-10-05' "
      "state: SCHEDULED }");
  const v1::DiaryEntry before = DiaryOf(plan, kToday).at(0);
  plan.mutable_reviews(0)->set_scheduled_on("2022-10-07");
  plan.set_revision(10);
  const v1::DiaryEntry after = DiaryOf(plan, kToday).at(0);
  EXPECT_EQ(before.original_date(), "");
  EXPECT_EQ(after.original_date(), "2022-10-05");
  EXPECT_EQ(before.uid(), after.uid());
  EXPECT_GT(after.revision(), before.revision());
}

TEST(DiaryOfAnActionPlan, IsTheMentorsUntilItIsHandedOver) {
  v1::ActionPlan plan = ActionPlan(
      "reviews { review_id: 'r1' scheduled_on: '2022-10-19' original_on: '2022-10-19' "
      "          state: SCHEDULED } "
      "steps { step_id: 's1' target_id: 't1' due_on: '2022-10-01' } "
      "steps { step_id: 's2' target_id: 't1' due_on: '2022-10-12' completed: true }");
  EXPECT_THAT(Lines(plan),
              ElementsAre("2022-10-01 ACTION_STEP s1 OVERDUE people/sam",
                          "2022-10-12 ACTION_STEP s2 DONE people/sam",
                          "2022-10-19 ACTION_PLAN_REVIEW r1 PLANNED people/sam people/jo"));
  plan.set_owner(v1::ActionPlan::ECT_ALONE);
  EXPECT_THAT(Lines(plan), ElementsAre("2022-10-01 ACTION_STEP s1 OVERDUE people/sam",
                                       "2022-10-12 ACTION_STEP s2 DONE people/sam",
                                       "2022-10-19 ACTION_PLAN_REVIEW r1 PLANNED people/sam"));
}

TEST(DiaryOfAnInduction, HasTheAutumnReviewWhereBothStay) {
  const std::string induction =
      "name: 'inductions/1' state: IN_PROGRESS ect { person: 'people/sam' } "
      "mentorships { mentor { person: 'people/jo' } } "
      "mentorships { mentor { person: 'people/al' } ends_on: '2021-07-20' } ";
  EXPECT_THAT(Lines(Parse<v1::Induction>(
                  absl::StrCat(induction,
                               "programme_completions { completion_id: 'c1' staying: BOTH_STAY "
                               "autumn_review_on: '2022-10-05' }"))),
              ElementsAre("2022-10-05 AUTUMN_REVIEW c1 PLANNED people/sam people/jo"));
  EXPECT_THAT(Lines(Parse<v1::Induction>(absl::StrCat(induction,
                                                      "programme_completions { completion_id: 'c1' "
                                                      "staying: NOT_BOTH_STAY }"))),
              IsEmpty());
}

v1::Workload Workload(const std::vector<const google::protobuf::Message*>& states,
                      const std::string& request = "") {
  auto parsed = Parse<v1::GetWorkloadRequest>(request);
  parsed.set_ect("people/sam");
  return WorkloadOf(parsed, states, kToday);
}

std::vector<std::string> Hints(const v1::Workload& workload) {
  std::vector<std::string> hints;
  for (const v1::WorkloadHint& hint : workload.hints()) {
    hints.push_back(absl::StrCat(hint.reason(), ": ", hint.message()));
  }
  return hints;
}

TEST(AWorkload, CountsWhatIsOpenInAllPlansOfTheEct) {
  const v1::SupportPlan support = SupportPlan(
      "targets { target_id: 't1' due_on: '2022-10-12' } "
      "targets { target_id: 't2' due_on: '2022-10-12' judgement: MET } "
      "actions { action_id: 'a1' ends_on: '2022-10-14' } "
      "actions { action_id: 'a2' by { person: 'people/noor' } }");
  const v1::ActionPlan plan = ActionPlan(
      "targets { target_id: 't1' due_on: '2022-10-10' } "
      "steps { step_id: 's1' due_on: '2022-10-11' minutes_per_week: 30 } "
      "steps { step_id: 's2' due_on: '2022-10-20' } "
      "steps { step_id: 's3' minutes_per_week: 60 completed: true }");
  v1::ActionPlan closed = plan;
  closed.set_state(v1::ActionPlan::CLOSED);
  v1::ActionPlan of_another = plan;
  of_another.mutable_ect()->set_person("people/kim");

  const v1::Workload workload = Workload({&support, &plan, &closed, &of_another});
  EXPECT_THAT(workload.plans(), ElementsAre("supportPlans/1", "actionPlans/1"));
  EXPECT_EQ(workload.open_targets(), 2);
  EXPECT_EQ(workload.open_steps(), 3);
  EXPECT_EQ(workload.minutes_per_week(), 30);
  EXPECT_EQ(workload.steps_without_estimate(), 2);
  ASSERT_EQ(workload.weeks_size(), 2);
  EXPECT_EQ(workload.weeks(0).starts_on(), "2022-10-10");
  EXPECT_EQ(workload.weeks(0).due_size(), 4);
  EXPECT_EQ(workload.weeks(1).starts_on(), "2022-10-17");
  EXPECT_THAT(Hints(workload),
              ElementsAre("MANY_DUE_TOGETHER: 4 things are due in the week from 2022-10-10, more "
                          "than 3"));
}

TEST(AWorkload, HintsAboveTheThresholdsThatAreAskedFor) {
  const v1::ActionPlan plan = ActionPlan(
      "targets { target_id: 't1' } targets { target_id: 't2' } "
      "steps { step_id: 's1' minutes_per_week: 45 } steps { step_id: 's2' minutes_per_week: 45 }");
  EXPECT_THAT(Hints(Workload({&plan})), IsEmpty());
  EXPECT_THAT(Hints(Workload({&plan}, "minutes_per_week_hint: 89 open_targets_hint: 1")),
              ElementsAre("MANY_MINUTES: the open steps take 90 minutes a week, more than 89",
                          "MANY_TARGETS: 2 targets are open, more than 1"));
}

// Sunday belongs to the week that began six days before it, Monday to its own.
TEST(AWorkload, CountsWeeksFromMonday) {
  const v1::ActionPlan plan = ActionPlan(
      "steps { step_id: 's1' due_on: '2022-10-09' } steps { step_id: 's2' due_on: '2022-10-10' }");
  const v1::Workload workload = Workload({&plan});
  ASSERT_EQ(workload.weeks_size(), 2);
  EXPECT_EQ(workload.weeks(0).starts_on(), "2022-10-03");
  EXPECT_EQ(workload.weeks(1).starts_on(), "2022-10-10");
}

}  // namespace
}  // namespace trellis::domain
