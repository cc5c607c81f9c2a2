// A million things happen to subscriptions of every kind. One run again:
//   TRELLIS_SEED=17 build/debug/tests/queue_simulation_test
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/numbers.h"
#include "base/check.h"
#include "gtest/gtest.h"
#include "tests/simulation/world.h"
#include "tests/support/seed.h"

namespace trellis::testing {
namespace {

queue::DeliveryRules Rules(bool ordered, bool exactly_once, uint32_t max_attempts) {
  return {.ordered = ordered,
          .exactly_once = exactly_once,
          .max_attempts = max_attempts,
          .minimum_backoff = absl::Milliseconds(100),
          .maximum_backoff = absl::Seconds(20)};
}

class QueueSimulationTest : public ::testing::TestWithParam<queue::DeliveryRules> {};

TEST_P(QueueSimulationTest, NothingIsLostSkippedOrOutOfOrder) {
  const uint64_t seed = Seed();
  const uint64_t steps = NumberFrom("TRELLIS_STEPS", 125'000);
  World world(GetParam(), seed);
  for (uint64_t step = 0; step < steps; ++step) {
    ASSERT_EQ(world.Step(), "") << "seed " << seed << ", step " << step;
  }
  ASSERT_EQ(world.Drain(), "") << "seed " << seed << ", at the end";
  const Happened& happened = world.happened();
  std::cout << "seed " << seed << ": " << happened.delivered << " delivered, "
            << happened.acknowledged << " acknowledged, " << happened.late << " late, "
            << happened.nacked << " nacked, " << happened.dead << " dead, " << happened.redriven
            << " redriven, " << happened.crashes << " crashes, " << happened.lost_writes
            << " writes lost, " << happened.seeks << " seeks, " << happened.deletions
            << " deletions\n";
  if (steps < 100'000) return;
  // A simulation in which nothing happens finds nothing.
  EXPECT_GT(happened.acknowledged, 10'000);
  EXPECT_GT(happened.late, 1'000);
  EXPECT_GT(happened.crashes, 50);
  EXPECT_GT(happened.lost_writes, 5);
  EXPECT_GT(happened.seeks, 20);
  if (GetParam().max_attempts > 0) {
    EXPECT_GT(happened.dead, 50);
    EXPECT_GT(happened.redriven, 20);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, QueueSimulationTest,
                         ::testing::Values(Rules(false, false, 0), Rules(false, false, 5),
                                           Rules(false, true, 0), Rules(false, true, 5),
                                           Rules(true, false, 0), Rules(true, false, 5),
                                           Rules(true, true, 0), Rules(true, true, 5)));

}  // namespace
}  // namespace trellis::testing
