// The policy once more, as slowly and plainly as it can be said: day by day, a function for each
// capacity, over plain facts. It shares nothing with policy/ but the words of the table.
#pragma once

#include <string>

#include "tests/policy/world.h"

namespace trellis::policy {

struct Call {
  std::string action;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  int reader = -1;
  int record = -1;
  int today = 0;
};

// What somebody sees of a record: nothing, what was known up to a day, or (kEnd) all.
struct Sight {
  bool any = false;
  int until = 0;

  bool operator==(const Sight&) const = default;
};

Sight NaiveSight(const World& world, const Call& call);

// True if one school is, or became, the other.
bool AreOneSchool(const World& world, int a, int b);

}  // namespace trellis::policy
