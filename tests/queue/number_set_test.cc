#include "queue/number_set.h"

#include <random>
#include <set>

#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace trellis::queue {
namespace {

TEST(NumberSetTest, AHoleKeepsTheFloorUntilItIsFilled) {
  NumberSet set;
  set.Add(1);
  set.AddRange(3, 5);
  EXPECT_EQ(set.floor(), 1U);
  EXPECT_FALSE(set.Contains(2));
  EXPECT_TRUE(set.Contains(4));
  set.Add(2);
  EXPECT_EQ(set.floor(), 5U);
  EXPECT_TRUE(set.ranges().empty());
}

// Against a plain set, with ranges that overlap, touch and repeat.
TEST(NumberSetTest, IsTheSetOfWhatWasAdded) {
  std::mt19937_64 random(testing::Seed());
  for (int round = 0; round < 200; ++round) {
    NumberSet set(random() % 3);
    std::set<Number> plain;
    for (Number number = 1; number <= set.floor(); ++number) plain.insert(number);
    for (int step = 0; step < 60; ++step) {
      const Number first = 1 + random() % 80;
      const Number last = first + random() % 4;
      if (random() % 20 == 0) {
        set.CutAbove(last);
        plain.erase(plain.upper_bound(last), plain.end());
      } else {
        set.AddRange(first, last);
        for (Number number = first; number <= last; ++number) plain.insert(number);
      }
      for (Number number = 1; number <= 90; ++number) {
        ASSERT_EQ(set.Contains(number), plain.count(number) == 1) << number;
      }
      ASSERT_FALSE(set.Contains(set.floor() + 1));
      Number end = set.floor();
      for (const auto& [from, to] : set.ranges()) {
        // Neither adjacent nor overlapping: it is as small as it can be.
        ASSERT_GT(from, end + 1);
        ASSERT_GE(to, from);
        end = to;
      }
    }
  }
}

}  // namespace
}  // namespace trellis::queue
