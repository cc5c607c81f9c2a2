// Days in London.
#include "base/clock.h"

#include "gtest/gtest.h"

namespace trellis {
namespace {

TEST(ADayInLondon, BeginsAtItsMidnightWhateverTheClocksDo) {
  for (absl::CivilDay day(2022, 3, 20); day < absl::CivilDay(2023, 4, 2); ++day) {
    const absl::Time midnight = LondonMidnight(day);
    EXPECT_EQ(LondonDay(midnight), day);
    EXPECT_EQ(LondonDay(midnight - absl::Microseconds(1)), day - 1);
  }
}

TEST(ADayInLondon, HasAnHourLessOrMoreWhenTheClocksChange) {
  const auto length = [](absl::CivilDay day) {
    return LondonMidnight(day + 1) - LondonMidnight(day);
  };
  EXPECT_EQ(length(absl::CivilDay(2022, 3, 27)), absl::Hours(23));
  EXPECT_EQ(length(absl::CivilDay(2022, 3, 28)), absl::Hours(24));
  EXPECT_EQ(length(absl::CivilDay(2022, 10, 30)), absl::Hours(25));
}

}  // namespace
}  // namespace trellis
