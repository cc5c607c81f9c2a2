// The seed of a test that draws lots.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>

#include "absl/strings/numbers.h"
#include "base/check.h"

namespace trellis::testing {

// A number in the environment; `otherwise` if there is none of that name.
inline uint64_t NumberFrom(const char* name, uint64_t otherwise) {
  const char* const given = std::getenv(name);
  if (given == nullptr) return otherwise;
  uint64_t number = 0;
  CHECK(absl::SimpleAtoi(given, &number));
  return number;
}

// What the environment says as TRELLIS_SEED: a number, or "random" for a new one; 1 by default, so
// that two runs of one tree say the same. Printed, so that a run can be had again.
inline uint64_t Seed() {
  const char* const given = std::getenv("TRELLIS_SEED");
  const bool draw = given != nullptr && std::strcmp(given, "random") == 0;
  const uint64_t seed = draw ? std::random_device()() : NumberFrom("TRELLIS_SEED", 1);
  std::cout << "TRELLIS_SEED=" << seed << '\n';
  return seed;
}

}  // namespace trellis::testing
