// When reminders fall due, told day by day.
#include "domain/reminders.h"

#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/dates.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/options.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename State>
State Parse(const std::string& text) {
  State state;
  EXPECT_TRUE(pb::TextFormat::ParseFromString(text, &state)) << text;
  return state;
}

v1::SupportPlan SupportPlan(const std::string& text) {
  return Parse<v1::SupportPlan>(
      absl::StrCat("name: 'supportPlans/1' revision: 9 state: ACTIVE ect { person: 'people/sam' } "
                   "induction_tutor { person: 'people/ruth' } ",
                   text));
}

// A review of 14 October 2022, a Friday.
v1::SupportPlan Reviewed(const std::string& day = "2022-10-14") {
  return SupportPlan(absl::StrCat("reviews { review_id: 'r1' state: SCHEDULED scheduled_on: '", day,
                                  "' original_on: '2022-10-14' }"));
}

absl::CivilDay Day(const std::string& text) { return *ParseDate(text); }

// What was given so far, and looks at it day by day: the present state stood at every moment.
class Look {
 public:
  // A line for each reminder that is given on `today`.
  std::vector<std::string> On(absl::CivilDay today, const pb::Message& state) {
    std::vector<std::string> lines;
    for (const DueReminder& due : DueReminders(given_, state, today)) {
      *given_.add_reminders() = due.reminder;
      lines.push_back(absl::StrCat(DateText(today), " ", due.reminder.entry_id(), " ",
                                   v1::Reminder::Kind_Name(due.reminder.kind()), " for ",
                                   due.reminder.due_on()));
    }
    return lines;
  }
  std::vector<std::string> On(const std::string& today, const pb::Message& state) {
    return On(Day(today), state);
  }
  // Every day from the first to the last.
  std::vector<std::string> Daily(const std::string& first, const std::string& last,
                                 const pb::Message& state) {
    std::vector<std::string> all;
    for (absl::CivilDay day = Day(first); day <= Day(last); ++day) {
      for (std::string& line : On(day, state)) all.push_back(std::move(line));
    }
    return all;
  }

 private:
  v1::Reminders given_;
};

TEST(AnEntry, HasThreeReminders) {
  EXPECT_THAT(Look().Daily("2022-09-01", "2022-12-31", Reviewed()),
              ElementsAre("2022-10-07 r1 WEEK_BEFORE for 2022-10-14",
                          "2022-10-13 r1 DAY_BEFORE for 2022-10-14",
                          "2022-10-15 r1 OVERDUE for 2022-10-14"));
}

// The first look after a time without any, and what it makes up.
TEST(AReminderThatWasMissed, IsMadeUpWhileItIsTrueAndTheLastAlone) {
  const std::map<std::string, std::vector<std::string>> first_look = {
      {"2022-10-06", {}},
      {"2022-10-08", {"2022-10-08 r1 WEEK_BEFORE for 2022-10-14"}},
      {"2022-10-12", {"2022-10-12 r1 WEEK_BEFORE for 2022-10-14"}},
      {"2022-10-13", {"2022-10-13 r1 DAY_BEFORE for 2022-10-14"}},
      {"2022-10-14", {"2022-10-14 r1 DAY_BEFORE for 2022-10-14"}},
      {"2022-10-15", {"2022-10-15 r1 OVERDUE for 2022-10-14"}},
      {"2023-03-01", {"2023-03-01 r1 OVERDUE for 2022-10-14"}}};
  for (const auto& [day, given] : first_look) EXPECT_EQ(Look().On(day, Reviewed()), given) << day;
}

TEST(AClockThatIsSetBack, RepeatsNothing) {
  Look look;
  look.Daily("2022-10-01", "2022-10-13", Reviewed());
  EXPECT_THAT(look.Daily("2022-10-04", "2022-10-14", Reviewed()), IsEmpty());
  // What was missed before the later one was given is not made up either.
  Look late;
  late.On("2022-10-13", Reviewed());
  EXPECT_THAT(late.Daily("2022-10-07", "2022-10-13", Reviewed()), IsEmpty());
}

TEST(AnEntryThatWasMoved, HasThoseOfItsNewDay) {
  Look look;
  look.Daily("2022-10-01", "2022-10-13", Reviewed());
  EXPECT_THAT(look.Daily("2022-10-13", "2022-11-30", Reviewed("2022-10-28")),
              ElementsAre("2022-10-21 r1 WEEK_BEFORE for 2022-10-28",
                          "2022-10-27 r1 DAY_BEFORE for 2022-10-28",
                          "2022-10-29 r1 OVERDUE for 2022-10-28"));
  // Moved back to where it was, only what was not given then.
  EXPECT_THAT(look.Daily("2022-10-01", "2022-11-30", Reviewed()),
              ElementsAre("2022-10-15 r1 OVERDUE for 2022-10-14"));
}

TEST(WhatIsNotOpen, HasNone) {
  v1::SupportPlan plan = Reviewed();
  const std::vector<std::function<void(v1::SupportPlan&)>> closings = {
      [](v1::SupportPlan& it) { it.set_state(v1::SupportPlan::PAUSED); },
      [](v1::SupportPlan& it) { it.set_state(v1::SupportPlan::CLOSED); },
      [](v1::SupportPlan& it) {
        it.mutable_reviews(0)->set_state(v1::Review::COMPLETED);
        it.mutable_reviews(0)->set_held_on("2022-10-14");
      },
      [](v1::SupportPlan& it) { it.mutable_reviews(0)->set_state(v1::Review::MISSED); },
      [](v1::SupportPlan& it) {
        it.mutable_reviews(0)->mutable_entry()->mutable_correction()->set_struck_out(true);
      }};
  for (const auto& close : closings) {
    v1::SupportPlan closed = plan;
    close(closed);
    EXPECT_THAT(Look().Daily("2022-10-01", "2022-11-30", closed), IsEmpty());
  }
}

TEST(APlanThatIsResumed, IsOverdueFromThatDay) {
  Look look;
  v1::SupportPlan plan = Reviewed();
  plan.set_state(v1::SupportPlan::PAUSED);
  EXPECT_THAT(look.Daily("2022-10-01", "2022-10-31", plan), IsEmpty());
  plan.set_state(v1::SupportPlan::ACTIVE);
  EXPECT_THAT(look.Daily("2022-11-01", "2022-11-30", plan),
              ElementsAre("2022-11-01 r1 OVERDUE for 2022-10-14"));
}

TEST(TheAutumnReview, IsNeverOverdue) {
  const auto induction = Parse<v1::Induction>(
      "name: 'inductions/1' state: IN_PROGRESS ect { person: 'people/sam' } "
      "programme_completions { completion_id: 'c1' staying: BOTH_STAY "
      "autumn_review_on: '2022-10-05' }");
  EXPECT_THAT(Look().Daily("2022-09-01", "2022-12-31", induction),
              ElementsAre("2022-09-28 c1 WEEK_BEFORE for 2022-10-05",
                          "2022-10-04 c1 DAY_BEFORE for 2022-10-05"));
}

TEST(AReminder, SaysOfWhatAndToWhomWithoutAWordOrAName) {
  v1::SupportPlan plan = SupportPlan(
      "observations { observation_id: 'o1' feedback_on: '2022-10-14' "
      "               observers { person: 'people/ruth' name: 'Ruth Adeyemi' } }");
  const std::vector<DueReminder> due = DueReminders({}, plan, Day("2022-10-13"));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].reminder.ShortDebugString(),
            "resource: \"supportPlans/1\" entry_uid: \"supportPlans/1/o1f\" entry_id: \"o1\" "
            "entry_kind: FEEDBACK_MEETING due_on: \"2022-10-14\" kind: DAY_BEFORE "
            "people: \"people/sam\" people: \"people/ruth\" resource_revision: 9");
  const pb::Descriptor& fields = *v1::Reminder::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    EXPECT_FALSE(fields.field(i)->options().GetExtension(v1::rules).personal())
        << fields.field(i)->name();
  }
}

TEST(AMoment, CountsOnlyIfTheEntryStoodOnThatDayByThen) {
  const auto due = [](const std::string& today) {
    return DueReminders({}, Reviewed(), Day(today)).at(0);
  };
  EXPECT_EQ(due("2022-10-09").moment, Day("2022-10-07"));
  EXPECT_EQ(due("2022-10-14").moment, Day("2022-10-13"));
  EXPECT_EQ(due("2022-10-31").moment, Day("2022-10-15"));
  EXPECT_TRUE(WasPlanned(due("2022-10-09"), Reviewed()));
  EXPECT_FALSE(WasPlanned(due("2022-10-09"), Reviewed("2022-10-20"))) << "it was moved since";
  EXPECT_FALSE(WasPlanned(due("2022-10-09"), SupportPlan(""))) << "it was planned since";
  v1::SupportPlan paused = Reviewed();
  paused.set_state(v1::SupportPlan::PAUSED);
  EXPECT_TRUE(WasPlanned(due("2022-10-31"), paused)) << "a pause moves no day";
}

// Looked at on whatever days, in whatever order, while it is moved about: never twice the same,
// nothing before a day that is over, and only what was said to be possible on the day.
TEST(AnyLook, GivesEachReminderOnceAndInTime) {
  std::mt19937_64 random(trellis::testing::Seed());
  for (int round = 0; round < 200; ++round) {
    v1::Reminders given;
    std::set<std::string> seen;
    for (int step = 0; step < 40; ++step) {
      const absl::CivilDay today = absl::CivilDay(2022, 10, 1) + static_cast<int>(random() % 40);
      const v1::SupportPlan plan =
          Reviewed(DateText(absl::CivilDay(2022, 10, 10) + static_cast<int>(random() % 4)));
      for (const DueReminder& due : DueReminders(given, plan, today)) {
        const v1::Reminder& reminder = due.reminder;
        *given.add_reminders() = reminder;
        EXPECT_TRUE(seen.insert(absl::StrCat(reminder.due_on(), reminder.kind())).second);
        EXPECT_EQ(reminder.kind() == v1::Reminder::OVERDUE, today > Day(reminder.due_on()));
        EXPECT_LE(due.moment, today);
        const std::optional<ReminderDays> days = ReminderDaysOf(plan);
        ASSERT_TRUE(days.has_value());
        EXPECT_LE(days->first, today);
        EXPECT_TRUE(!days->last.has_value() || today <= *days->last);
      }
    }
    // In the end all that is overdue was said.
    const v1::SupportPlan plan = Reviewed("2022-10-10");
    for (const DueReminder& due : DueReminders(given, plan, absl::CivilDay(2022, 12, 1))) {
      *given.add_reminders() = due.reminder;
    }
    EXPECT_THAT(DueReminders(given, plan, absl::CivilDay(2022, 12, 2)), IsEmpty());
  }
}

TEST(TheDaysOfReminders, EndWhereNothingCanBeOverdue) {
  EXPECT_FALSE(ReminderDaysOf(SupportPlan("")).has_value());
  const auto review = ReminderDaysOf(Reviewed());
  ASSERT_TRUE(review.has_value());
  EXPECT_EQ(review->first, Day("2022-10-07"));
  EXPECT_FALSE(review->last.has_value());
  const auto document = ReminderDaysOf(Parse<v1::ActionPlan>(
      "name: 'actionPlans/1' state: AGREED own_document { review_on: '2022-10-14' }"));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->last, Day("2022-10-14"));
}

TEST(TheNameOfReminders, IsOfTheWholeName) {
  EXPECT_NE(RemindersOf("supportPlans/1"), RemindersOf("actionPlans/1"));
  EXPECT_EQ(RemindersOf("supportPlans/1"), RemindersOf("supportPlans/1"));
}

}  // namespace
}  // namespace trellis::domain
