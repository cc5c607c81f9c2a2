// Commands at random: valid ones and others.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/support_plan.h"
#include "tests/scenarios/given_when_then.h"

namespace trellis::testing {

// All that it makes follows from the seed.
class CommandGrammar {
 public:
  explicit CommandGrammar(uint64_t seed) : random_(seed) {}

  // Begins with a new plan, on the first day.
  void StartOver();

  // The next command, for a plan of `world`. Days go by.
  Given Next(const World& world);

 private:
  int Below(int count);
  bool Chance(int percent) { return Below(100) < percent; }
  std::string Pick(const std::vector<std::string>& words);

  // `rule` with each `$word` replaced by what it stands for.
  std::string Written(absl::string_view rule, const domain::Plan& plan);
  std::string Word(absl::string_view word, const domain::Plan& plan);
  std::string Id(char letter, int size);
  std::string Date(int days_back, int days_ahead);
  std::string Judgements(const domain::Plan& plan);
  void ChooseActor(Given& given);

  std::mt19937_64 random_;
  absl::CivilDay today_;
  int number_ = 0;
};

}  // namespace trellis::testing
