// The commands that make a trust, its schools, and what goes on in them.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "clients/trellis/demo/script.h"

namespace trellis::cli {

// Schools are numbered from 1; a seed has room for so many, and there are so many seeds: the URNs
// of all together are the six digits from 910001, which GIAS has not given to anybody.
inline constexpr int kDemoSchoolsMax = 1'000;
inline constexpr int kDemoSeedMax = 88;
inline constexpr int kDemoEctsPerSchool = 50;

// `trusts/{uid}` and `appropriateBodies/{id}`.
std::string DemoTrust(int seed);
std::string DemoBody(int seed);

// Record the trust, and a school. Their answers tell which day they were begun on: the last on
// which anything happens in what follows.
v1::PlayStep DemoTrustStep(int seed);
v1::PlayStep DemoSchoolStep(int seed, int number);
// The rest of what all schools need: the appropriate body and its contacts.
std::vector<v1::PlayStep> DemoTrustSteps(int seed, absl::CivilDay today);
// Everything else about school `number`, in order: its people, and for each of kDemoEctsPerSchool
// ECTs an induction, an action plan for every second and a support plan for
// every sixth, each at another stage.
std::vector<v1::PlayStep> DemoSchoolSteps(int seed, int number, absl::CivilDay today);

}  // namespace trellis::cli
