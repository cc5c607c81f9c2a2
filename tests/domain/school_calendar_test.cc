#include "domain/school_calendar.h"

#include "domain/dates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/domain/example_school_year.h"

namespace trellis::domain {
namespace {

absl::CivilDay Day(absl::string_view text) { return ParseDate(text).value(); }

SchoolYears Example() {
  SchoolYears years;
  *years.Add() = ExampleSchoolYear();
  return years;
}

// A day of every kind, what it is, and how the calendar says so.
struct Case {
  const char* day;
  bool working;
  bool staff;
  bool school;
  const char* why;
};

const Case kCases[] = {
    {"2026-09-02", true, true, true, ""},
    {"2026-10-23", true, true, true, ""},
    {"2027-07-21", true, true, true, ""},
    {"2026-09-01", true, true, false, "2026-09-01 is an inset day"},
    {"2026-11-02", true, true, false, "2026-11-02 is an inset day"},
    {"2026-10-26", true, false, false,
     "2026-10-26 is in the half-term break of the autumn term, 2026-10-26 to 2026-10-30"},
    {"2027-02-19", true, false, false,
     "2027-02-19 is in the half-term break of the spring term, 2027-02-15 to 2027-02-19"},
    {"2026-08-31", false, false, false, "2026-08-31 is a bank holiday (the summer bank holiday)"},
    {"2026-08-28", true, false, false,
     "2026-08-28 is in the school holidays: the autumn term begins on 2026-09-01"},
    {"2026-12-21", true, false, false,
     "2026-12-21 is in the school holidays: the spring term begins on 2027-01-04"},
    {"2027-04-06", true, false, false,
     "2027-04-06 is in the school holidays: the summer term begins on 2027-04-12"},
    {"2027-07-22", true, false, false,
     "2027-07-22 is in the school holidays: the summer term ended on 2027-07-21"},
    {"2026-09-12", false, false, false, "2026-09-12 is a Saturday"},
    // In a term, and a bank holiday all the same.
    {"2027-05-03", false, false, false,
     "2027-05-03 is a bank holiday (the early May bank holiday)"},
    // In a break and a bank holiday: the law's reason first.
    {"2027-05-31", false, false, false, "2027-05-31 is a bank holiday (the spring bank holiday)"},
    // The years before and after are not known.
    {"2026-07-31", true, true, true, ""},
    {"2027-08-02", true, true, true, ""},
    {"2027-10-27", true, true, true, ""},
    {"2027-08-01", false, false, false, "2027-08-01 is a Sunday"},
};

TEST(SchoolCalendar, KnowsThreeKindsOfDay) {
  const SchoolYears years = Example();
  for (const Case& c : kCases) {
    EXPECT_EQ(IsWorkingDay(Day(c.day)), c.working) << c.day;
    EXPECT_EQ(IsStaffDay(years, Day(c.day)), c.staff) << c.day;
    EXPECT_EQ(IsSchoolDay(years, Day(c.day)), c.school) << c.day;
    EXPECT_EQ(WhyNoSchoolDay(years, Day(c.day)), c.why);
  }
}

TEST(SchoolCalendar, HoldsNothingAgainstAWorkingDayOfAYearItDoesNotKnow) {
  for (absl::CivilDay day(2026, 1, 1); day < absl::CivilDay(2028, 1, 1); ++day) {
    ASSERT_EQ(IsSchoolDay({}, day), IsWorkingDay(day)) << DateText(day);
    ASSERT_EQ(IsStaffDay({}, day), IsWorkingDay(day)) << DateText(day);
    ASSERT_EQ(WhyNoSchoolDay({}, day), WhyNoWorkingDay(day));
  }
}

TEST(SchoolCalendar, IsOfOneMind) {
  const SchoolYears years = Example();
  int school_days = 0;
  for (absl::CivilDay day(2026, 8, 1); day < absl::CivilDay(2027, 8, 1); ++day) {
    const bool school = IsSchoolDay(years, day);
    ASSERT_EQ(school, WhyNoSchoolDay(years, day).empty()) << DateText(day);
    ASSERT_TRUE(!school || IsStaffDay(years, day)) << DateText(day);
    ASSERT_TRUE(!school || HalfTermOf(years, day).has_value()) << DateText(day);
    ASSERT_EQ(SchoolDayFrom(years, day) == day, school) << DateText(day);
    school_days += school;
  }
  // 74 weekdays in the autumn, 54 in the spring, 68 in the summer, less a bank holiday and two
  // inset days.
  EXPECT_EQ(school_days, 74 + 54 + 68 - 3);
}

TEST(SchoolCalendar, ReadsOneYearOfTwoAndNoneThatHasNoDates) {
  SchoolYears years = Example();
  v1::SchoolYear* const second = years.Add();
  *second = ExampleSchoolYear();
  second->mutable_autumn()->set_starts_on("2026-09-07");
  EXPECT_TRUE(IsSchoolDay(years, Day("2026-09-02")));
  years.Mutable(0)->mutable_autumn()->set_starts_on("September");
  years.RemoveLast();
  EXPECT_TRUE(IsSchoolDay(years, Day("2026-10-26")));
  EXPECT_EQ(HalfTermOf(years, Day("2026-10-01")), std::nullopt);
}

TEST(SchoolDayFrom, LooksBeyondHolidaysAndInsetDays) {
  const SchoolYears years = Example();
  EXPECT_EQ(SchoolDayFrom(years, Day("2026-09-02")), Day("2026-09-02"));
  EXPECT_EQ(SchoolDayFrom(years, Day("2026-08-10")), Day("2026-09-02"));
  EXPECT_EQ(SchoolDayFrom(years, Day("2026-10-24")), Day("2026-11-03"));
  EXPECT_EQ(SchoolDayFrom(years, Day("2026-12-19")), Day("2027-01-04"));
  // Beyond what is known.
  EXPECT_EQ(SchoolDayFrom(years, Day("2027-07-22")), Day("2027-08-02"));
}

TEST(HalfTermOf, KnowsTheSixOfThem) {
  const SchoolYears years = Example();
  const HalfTerm halves[] = {
      {"2026/27", 1, Day("2026-09-01"), Day("2026-10-23")},
      {"2026/27", 2, Day("2026-11-02"), Day("2026-12-18")},
      {"2026/27", 3, Day("2027-01-04"), Day("2027-02-12")},
      {"2026/27", 4, Day("2027-02-22"), Day("2027-03-25")},
      {"2026/27", 5, Day("2027-04-12"), Day("2027-05-28")},
      {"2026/27", 6, Day("2027-06-07"), Day("2027-07-21")},
  };
  for (const HalfTerm& half : halves) {
    EXPECT_EQ(HalfTermOf(years, half.first), half) << half.number;
    EXPECT_EQ(HalfTermOf(years, half.last), half) << half.number;
    EXPECT_EQ(HalfTermOf(years, half.first - 1), std::nullopt) << half.number;
    EXPECT_EQ(HalfTermOf(years, half.last + 1), std::nullopt) << half.number;
  }
  EXPECT_EQ(HalfTermOf(years, Day("2027-10-01")), std::nullopt);
}

TEST(HalfTermOf, EndsOnAWorkingDayHoweverTheBreakIsWritten) {
  SchoolYears years = Example();
  v1::HalfTermBreak& autumn = *years.Mutable(0)->mutable_autumn()->mutable_half_term();
  autumn.set_starts_on("2026-10-24");
  autumn.set_ends_on("2026-11-01");
  EXPECT_EQ(HalfTermOf(years, Day("2026-10-01"))->last, Day("2026-10-23"));
  EXPECT_EQ(HalfTermOf(years, Day("2026-12-01"))->first, Day("2026-11-02"));
}

TEST(HalfTermOf, NeverLeavesItsTerm) {
  SchoolYears years = Example();
  v1::SchoolTerm& autumn = *years.Mutable(0)->mutable_autumn();
  // A Sunday before, and a Saturday after the break.
  autumn.set_starts_on("2026-10-25");
  autumn.set_ends_on("2026-10-31");
  EXPECT_EQ(HalfTermOf(years, Day("2026-10-25"))->last, Day("2026-10-25"));
  EXPECT_EQ(HalfTermOf(years, Day("2026-10-31"))->first, Day("2026-10-31"));
}

TEST(AutumnHalfTerm, IsTheSchoolsOwn) {
  EXPECT_EQ(AutumnHalfTerm(Example(), "2026/27"),
            (HalfTerm{"2026/27", 1, Day("2026-09-01"), Day("2026-10-23")}));
}

// The week of the break is Monday to Friday in October: 2025's ends on the 31st, 2024's must not
// end in November.
TEST(AutumnHalfTerm, EndsBeforeTheLastFullWeekOfOctoberWhereItIsNotKnown) {
  const std::pair<const char*, const char*> cases[] = {
      {"2021/22", "2021-10-22"}, {"2022/23", "2022-10-21"}, {"2023/24", "2023-10-20"},
      {"2024/25", "2024-10-18"}, {"2025/26", "2025-10-24"}, {"2026/27", "2026-10-23"},
      {"2027/28", "2027-10-22"},
  };
  for (const auto& [year, last] : cases) {
    const absl::CivilDay september = Day(std::string(year).substr(0, 4) + "-09-01");
    EXPECT_EQ(AutumnHalfTerm({}, year), (HalfTerm{year, 1, september, Day(last)}));
  }
}

TEST(AutumnHalfTerm, IsNoneOfWhatIsNoYear) {
  for (const char* const name : {"", "2026", "2026/28", "next"}) {
    EXPECT_EQ(AutumnHalfTerm(Example(), name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace trellis::domain
