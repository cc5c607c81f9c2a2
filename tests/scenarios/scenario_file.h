// Scenarios: what a plan was, what somebody does, and what follows. They are written for people who
// know induction better than C++. A file holds several:
//
//   # The rule, and where it comes from.
//   scenario: a concern is raised against a Teachers' Standard only
//   given new_plan
//   given headteacher on 2022-09-20
//   pause_plan { reason: ABSENCE }
//   when induction_tutor on 2022-09-21
//   raise_concern { concern { standard_code: "7a" cause: "…" discussed_on: "2022-09-20" } }
//   show c2
//   then
//   (what follows, as TextOfResult writes it)
//
// `given NAME` is a fixture: a scenario without `when` that is called `fixture: NAME`, in
// fixtures.txt. What is given must be accepted. A scenario may go on with more `given` and `when`.
// An empty line ends what follows.
//
// `when WHO as CAPACITY on DATE` is somebody in another's capacity; `, nothing filled in` at the
// end leaves the request as it is written (see FillIn). In a command, `@ect` and the like stand for
// people and plans, `@text(N)` for a text of N characters, and a line that begins with `20x ` is
// there twenty times.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/given_when_then.h"

namespace trellis::testing {

// One command of a scenario.
struct Step {
  Given given;
  // False: what is given before. It must be accepted.
  bool is_when = false;
  // What `show` names: an entry by its id, or a field of the state.
  std::vector<std::string> shown;
  // What the file says follows.
  std::string expected;
  // The lines of `expected` in the file, counted from 0; the end is one past the last.
  size_t expected_begin = 0;
  size_t expected_end = 0;
  // The file and the line of `when`.
  std::string place;
};

struct Scenario {
  std::string title;
  std::string place;
  std::vector<Step> steps;
};

// What one step of a scenario did.
struct Result {
  Step step;
  // The state before.
  AnyMessage before;
  Decided decided;
  // Everything after.
  World after;
};

// The scenarios of one file, with what their fixtures give. Crashes with the place of a line that
// cannot be read.
std::vector<Scenario> ReadScenarios(const std::string& path);

// Every file of scenarios there is: one for each command, and the situations.
std::vector<std::string> ScenarioFiles();

// Runs a scenario from nothing.
std::vector<Result> RunScenario(const Scenario& scenario);

// What followed: the events with their warnings and a line about the state, what `show` asks for,
// or the refusal with its code, reason and text.
std::string TextOfResult(const Result& result);

// Writes the file anew, with what really follows from each step.
void Rewrite(const std::string& path);

}  // namespace trellis::testing
