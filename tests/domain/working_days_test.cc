#include "domain/working_days.h"

#include "domain/dates.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

absl::CivilDay Day(absl::string_view text) { return ParseDate(text).value(); }

// The four limits of the regulations are of 3, 10 and 20 working days.
TEST(DeadlineWithin, CountsTheDayItselfAsTheFirst) {
  const struct {
    int count;
    const char* day;
    const char* deadline;
    const char* why;
  } cases[] = {
      {1, "2026-09-14", "2026-09-14", "a Monday"},
      {3, "2026-09-14", "2026-09-16", "no weekend in between"},
      {3, "2026-09-18", "2026-09-22", "Friday, Monday, Tuesday"},
      {10, "2026-09-14", "2026-09-25", "two weeks, to the Friday"},
      {20, "2026-09-14", "2026-10-09", "four weeks, to the Friday"},
      {3, "2026-12-24", "2026-12-30", "Christmas Day, a weekend and the substitute of Boxing Day"},
      {10, "2026-07-20", "2026-07-31", "in the summer holidays, which are no reason"},
      {2, "2027-03-25", "2027-03-30", "Good Friday to Easter Monday"},
      {1, "2026-09-19", "2026-09-21", "a Saturday: the Monday is the first day"},
      {3, "2026-08-29", "2026-09-03", "a Saturday before a bank holiday"},
  };
  for (const auto& [count, day, deadline, why] : cases) {
    EXPECT_EQ(DateText(DeadlineWithin(count, Day(day))), deadline)
        << count << " from " << day << ": " << why;
  }
}

TEST(CountWorkingDays, CountsBothEnds) {
  EXPECT_EQ(CountWorkingDays(Day("2026-09-14"), Day("2026-09-14")), 1);
  EXPECT_EQ(CountWorkingDays(Day("2026-09-14"), Day("2026-09-18")), 5);
  EXPECT_EQ(CountWorkingDays(Day("2026-09-18"), Day("2026-09-21")), 2);
  EXPECT_EQ(CountWorkingDays(Day("2026-09-19"), Day("2026-09-20")), 0);
  EXPECT_EQ(CountWorkingDays(Day("2026-12-25"), Day("2026-12-28")), 0);
  EXPECT_EQ(CountWorkingDays(Day("2026-09-15"), Day("2026-09-14")), 0);
  // The bank holidays of 2026 that are on weekdays: eight.
  EXPECT_EQ(CountWorkingDays(Day("2026-01-01"), Day("2026-12-31")), 261 - 8);
}

TEST(DeadlineWithin, IsTheDayOnWhichSoManyAreCounted) {
  for (absl::CivilDay day(2022, 1, 1); day < absl::CivilDay(2024, 1, 1); ++day) {
    for (const int count : {1, 3, 10, 20}) {
      const absl::CivilDay deadline = DeadlineWithin(count, day);
      ASSERT_TRUE(IsWorkingDay(deadline)) << DateText(day);
      ASSERT_EQ(CountWorkingDays(day, deadline), count) << DateText(day);
    }
  }
}

TEST(DeadlineWithinDeathTest, WantsAtLeastOneDay) {
  EXPECT_DEATH(DeadlineWithin(0, absl::CivilDay(2026, 9, 14)), "count >= 1");
}

}  // namespace
}  // namespace trellis::domain
