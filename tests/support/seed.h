// The seed of a test that draws lots.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

#include "absl/strings/numbers.h"

namespace trellis::testing {

// What the environment says as TRELLIS_SEED, else a new one; printed, so that a run can be had
// again.
inline uint64_t Seed() {
  uint64_t seed = 0;
  const char* const given = std::getenv("TRELLIS_SEED");
  if (given == nullptr || !absl::SimpleAtoi(given, &seed)) seed = std::random_device()();
  std::cout << "TRELLIS_SEED=" << seed << '\n';
  return seed;
}

}  // namespace trellis::testing
