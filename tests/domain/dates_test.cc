#include "domain/dates.h"

#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseDate, TakesDaysThatExistAndNothingElse) {
  EXPECT_EQ(ParseDate("2022-09-14"), absl::CivilDay(2022, 9, 14));
  EXPECT_EQ(ParseDate("2024-02-29"), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(ParseDate("2000-01-01"), absl::CivilDay(2000, 1, 1));
  EXPECT_EQ(ParseDate("2099-12-31"), absl::CivilDay(2099, 12, 31));
  for (const char* const text :
       {"", "2022-02-30", "2023-02-29", "2022-13-01", "2022-00-10", "2022-09-00", "2022-9-1",
        "14/09/2022", "1999-12-31", "2100-01-01", "2022-09-14 ", " 2022-09-14", "2022-09-1a",
        "20220-09-14", "2022/09/14", "-022-09-14", "+022-09-14", "2022--9-14", "٢٠٢٢٠"}) {
    EXPECT_FALSE(ParseDate(text).has_value()) << text;
  }
}

TEST(DateText, IsWhatParseDateReads) {
  for (absl::CivilDay day(2000, 1, 1); day <= absl::CivilDay(2099, 12, 31); ++day) {
    ASSERT_EQ(ParseDate(DateText(day)), day);
  }
}

// The bank holidays of England and Wales as the government published them, year by year.
const std::map<int, std::set<std::string>>& OfficialHolidays() {
  static const auto& holidays = *new std::map<int, std::set<std::string>>{
      // Early May moved to VE Day; Boxing Day was a Saturday.
      {2020,
       {"2020-01-01", "2020-04-10", "2020-04-13", "2020-05-08", "2020-05-25", "2020-08-31",
        "2020-12-25", "2020-12-28"}},
      // Christmas Day was a Saturday.
      {2021,
       {"2021-01-01", "2021-04-02", "2021-04-05", "2021-05-03", "2021-05-31", "2021-08-30",
        "2021-12-27", "2021-12-28"}},
      // New Year's Day was a Saturday; the Platinum Jubilee; the State Funeral; Christmas a Sunday.
      {2022,
       {"2022-01-03", "2022-04-15", "2022-04-18", "2022-05-02", "2022-06-02", "2022-06-03",
        "2022-08-29", "2022-09-19", "2022-12-26", "2022-12-27"}},
      // New Year's Day was a Sunday; the Coronation.
      {2023,
       {"2023-01-02", "2023-04-07", "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29",
        "2023-08-28", "2023-12-25", "2023-12-26"}},
      {2024,
       {"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27", "2024-08-26",
        "2024-12-25", "2024-12-26"}},
      {2025,
       {"2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25",
        "2025-12-25", "2025-12-26"}},
      {2026,
       {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31",
        "2026-12-25", "2026-12-28"}},
      {2027,
       {"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30",
        "2027-12-27", "2027-12-28"}},
  };
  return holidays;
}

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

TEST(BankHoliday, IsWhatTheGovernmentPublished) {
  for (const auto& [year, official] : OfficialHolidays()) {
    std::set<std::string> found;
    for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
      if (!IsWeekend(day) && !BankHoliday(day).empty()) found.insert(DateText(day));
      EXPECT_EQ(IsWorkingDay(day), !IsWeekend(day) && !official.contains(DateText(day)))
          << DateText(day);
    }
    EXPECT_EQ(found, official);
  }
}

TEST(BankHoliday, HasItsName) {
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 4, 15)), "Good Friday");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 4, 18)), "Easter Monday");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 1, 3)), "the substitute day for New Year's Day");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 12, 27)), "the substitute day for Christmas Day");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2020, 12, 28)), "the substitute day for Boxing Day");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 6, 3)), "the Platinum Jubilee");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2020, 5, 4)), "");
  EXPECT_EQ(BankHoliday(absl::CivilDay(2022, 5, 30)), "");
}

TEST(WorkingDayFrom, IsTheDayOrTheNextOne) {
  EXPECT_EQ(WorkingDayFrom(absl::CivilDay(2022, 9, 14)), absl::CivilDay(2022, 9, 14));
  // A weekend before a bank holiday.
  EXPECT_EQ(WorkingDayFrom(absl::CivilDay(2022, 9, 17)), absl::CivilDay(2022, 9, 20));
  // Good Friday to Easter Monday.
  EXPECT_EQ(WorkingDayFrom(absl::CivilDay(2022, 4, 15)), absl::CivilDay(2022, 4, 19));
  EXPECT_EQ(WorkingDayFrom(absl::CivilDay(2021, 12, 25)), absl::CivilDay(2021, 12, 29));
}

TEST(WhyNoWorkingDay, SaysWhy) {
  EXPECT_EQ(WhyNoWorkingDay(absl::CivilDay(2022, 9, 14)), "");
  EXPECT_EQ(WhyNoWorkingDay(absl::CivilDay(2022, 10, 1)), "2022-10-01 is a Saturday");
  EXPECT_EQ(WhyNoWorkingDay(absl::CivilDay(2023, 5, 8)),
            "2023-05-08 is a bank holiday (the Coronation of King Charles III)");
}

std::vector<std::string> MismatchesIn2022(absl::string_view words) {
  return WeekdayMismatches(words, absl::CivilDay(2022, 9, 14));
}

// The paper form's own timelines.
TEST(WeekdayMismatches, FindsTheOneInTheForm) {
  EXPECT_THAT(MismatchesIn2022("To start Thurs 11/10"),
              ElementsAre("\"Thurs 11/10\": 2022-10-11 is a Tuesday"));
  EXPECT_THAT(MismatchesIn2022("To start Tues & Thurs w/c 19/9"), IsEmpty());
  EXPECT_THAT(WeekdayMismatches("To start Thurs 11/10", absl::CivilDay(2018, 9, 14)), IsEmpty());
}

TEST(WeekdayMismatches, KnowsHowPeopleWriteDays) {
  EXPECT_THAT(MismatchesIn2022("Tue 20/9, Weds 21/09; Thurs. 22/9/22 (fri 23/09/2022)"), IsEmpty());
  EXPECT_THAT(MismatchesIn2022("W/C 20/9"), ElementsAre("\"W/C 20/9\": 2022-09-20 is a Tuesday"));
  EXPECT_THAT(MismatchesIn2022("week commencing 20/9"),
              ElementsAre("\"commencing 20/9\": 2022-09-20 is a Tuesday"));
  EXPECT_THAT(MismatchesIn2022("MONDAY: 20/9 and sun 21/9"),
              ElementsAre("\"MONDAY 20/9\": 2022-09-20 is a Tuesday",
                          "\"sun 21/9\": 2022-09-21 is a Wednesday"));
}

TEST(WeekdayMismatches, SaysNothingOfWhatIsNoDay) {
  for (const char* const words :
       {"", "Thurs", "11/10", "to 11/10", "Thurs 31/2", "Thurs 10/13", "Thurs 1/2/3/4", "Thurs /",
        "Thurs a/b", "Thurs 99999999999/1", "on 11/10 Thurs"}) {
    EXPECT_THAT(MismatchesIn2022(words), IsEmpty()) << words;
  }
}

TEST(WeekdayMismatches, TakesTheYearThatBringsTheDayNearest) {
  // 10 January 2023 is a Tuesday, that of 2022 a Monday.
  EXPECT_THAT(WeekdayMismatches("Tues 10/1", absl::CivilDay(2022, 11, 30)), IsEmpty());
  EXPECT_THAT(WeekdayMismatches("Mon 10/1", absl::CivilDay(2022, 2, 1)), IsEmpty());
  // 16 December 2022 is a Friday.
  EXPECT_THAT(WeekdayMismatches("Fri 16/12", absl::CivilDay(2023, 1, 10)), IsEmpty());
  // The only 29 February around is that of 2024, a Thursday.
  EXPECT_THAT(WeekdayMismatches("Thurs 29/2", absl::CivilDay(2023, 11, 1)), IsEmpty());
}

}  // namespace
}  // namespace trellis::domain
