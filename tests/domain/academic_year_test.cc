#include "domain/academic_year.h"

#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

TEST(AcademicYearOf, BeginsInAugust) {
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2026, 7, 31)), "2025/26");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2026, 8, 1)), "2026/27");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2026, 9, 1)), "2026/27");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2026, 12, 31)), "2026/27");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2027, 1, 1)), "2026/27");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2000, 1, 1)), "1999/00");
  EXPECT_EQ(AcademicYearOf(absl::CivilDay(2099, 12, 31)), "2099/00");
}

TEST(ParseAcademicYear, ReadsTheNameOfEveryDayThatIsADate) {
  for (absl::CivilDay day(2000, 1, 1); day <= absl::CivilDay(2099, 12, 31); day += 15) {
    const std::string name = AcademicYearOf(day);
    const std::optional<int64_t> first = ParseAcademicYear(name);
    ASSERT_TRUE(first.has_value()) << name;
    ASSERT_EQ(AcademicYearName(*first), name);
    ASSERT_LE(absl::CivilDay(*first, 8, 1), day);
    ASSERT_LT(day, absl::CivilDay(*first + 1, 8, 1));
  }
}

TEST(ParseAcademicYear, ReadsNothingElse) {
  for (const char* const name :
       {"", "2026", "2026/", "2026/2027", "2026/28", "2026/26", "2026-27", "26/27", "1998/99",
        "2100/01", "2026/27 ", " 2026/27", "2026/2", "+026/27", "-026/27", "202６/27", "2026/27/28",
        "0x1A/27", "99999999999999999999/27"}) {
    EXPECT_FALSE(ParseAcademicYear(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace trellis::domain
