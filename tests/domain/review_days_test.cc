// On which days the reviews of a plan fall, where the school's calendar is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "domain/dates.h"
#include "domain/support_plan.h"
#include "tests/domain/example_school_year.h"
#include "tests/support/lifecycle.h"
#include "trellis/v1/events.pb.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Opened {
  std::vector<std::string> reviews;
  // What a person is to look at in the reviews' days.
  std::vector<std::string> warnings;
};

// A plan that begins on `starts_on`, opened that day; `text` replaces fields of it.
Opened Open(const v1::SchoolRecord* school, const std::string& starts_on,
            const std::string& text = "") {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  request.mutable_support_plan()->MergeFrom(testing::ParseText<v1::SupportPlan>(text));
  request.mutable_support_plan()->mutable_concerns(0)->set_discussed_on(starts_on);
  const absl::CivilDay today = *ParseDate(starts_on);
  Context context{.now = LondonMidnight(today) + absl::Hours(9),
                  .today = today,
                  .actor = testing::Tutor().party,
                  .capacity = v1::INDUCTION_TUTOR,
                  .school = school,
                  .new_name = "supportPlans/" + request.support_plan_id()};
  const auto decided = Decide(Plan(), request, context);
  EXPECT_TRUE(decided.ok()) << decided.status();
  Opened opened;
  if (!decided.ok()) return opened;
  for (const v1::SupportPlanEvent& event : decided->events) {
    if (!event.has_review_scheduled()) continue;
    opened.reviews.push_back(event.review_scheduled().review().scheduled_on());
    for (const v1::Warning& warning : event.warnings())
      opened.warnings.push_back(warning.message());
  }
  return opened;
}

v1::SchoolRecord School() {
  v1::SchoolRecord school;
  *school.add_calendars()->mutable_school_year() = ExampleSchoolYear();
  return school;
}

TEST(ReviewDays, AreWeeklyInTermAndPassOverTheHalfTermBreak) {
  const v1::SchoolRecord school = School();
  const Opened opened = Open(&school, "2026-10-14");
  EXPECT_THAT(opened.reviews, ElementsAre("2026-10-21", "2026-11-04", "2026-11-11", "2026-11-18"));
  EXPECT_THAT(opened.warnings, ElementsAre(HasSubstr("2026-10-28 is in the half-term break of the "
                                                     "autumn term, 2026-10-26 to 2026-10-30; the "
                                                     "review is on 2026-11-04")));
}

TEST(ReviewDays, PassOverTwoWeeksOfHolidaysWhole) {
  const v1::SchoolRecord school = School();
  // From 19 December to 3 January there is no school; Friday, 1 January is a bank holiday besides.
  EXPECT_THAT(Open(&school, "2026-12-11").reviews,
              ElementsAre("2026-12-18", "2027-01-08", "2027-01-15", "2027-01-22"));
}

TEST(ReviewDays, AreOnWorkingDaysWhereNoCalendarIsKnown) {
  EXPECT_THAT(Open(nullptr, "2026-10-14").reviews,
              ElementsAre("2026-10-21", "2026-10-28", "2026-11-04", "2026-11-11"));
  const v1::SchoolRecord school = School();
  // The year after the example's.
  EXPECT_THAT(Open(&school, "2027-10-13").reviews,
              ElementsAre("2027-10-20", "2027-10-27", "2027-11-03", "2027-11-10"));
}

TEST(ReviewDays, AreOnAnInsetDayTooForColleaguesMeetThen) {
  const v1::SchoolRecord school = School();
  const Opened opened = Open(&school, "2026-10-19");
  EXPECT_THAT(opened.reviews, ElementsAre("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"));
}

TEST(ReviewDays, StayWhereSomebodyPutThemInTheHolidaysWithAWarning) {
  const v1::SchoolRecord school = School();
  const Opened opened = Open(&school, "2026-10-14",
                             "reviews { scheduled_on: '2026-10-28' }"
                             " reviews { scheduled_on: '2026-11-06' }");
  // From one to the next there are as few days of term as from a week to the next.
  EXPECT_THAT(opened.reviews, ElementsAre("2026-10-28", "2026-11-06"));
  EXPECT_THAT(opened.warnings, ElementsAre(HasSubstr("half-term break")));
  EXPECT_THAT(Open(nullptr, "2026-10-14", "reviews { scheduled_on: '2026-10-28' }").warnings,
              ElementsAre(HasSubstr("14 days from 2026-10-14 to review r1")));
}

}  // namespace
}  // namespace trellis::domain
