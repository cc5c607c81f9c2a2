#include "tests/scenarios/scenario_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "domain/dates.h"
#include "google/protobuf/text_format.h"

namespace trellis::testing {
namespace {

constexpr char kFolder[] = "tests/scenarios";

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream file(path);
  if (!file.is_open()) Crash(absl::StrCat(path, ": cannot be read; run in the project's folder"));
  std::stringstream text;
  text << file.rdbuf();
  std::vector<std::string> lines = absl::StrSplit(text.str(), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// The lines of a command, with `20x ` and `@text(N)` written out.
std::string WrittenOut(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    const std::vector<absl::string_view> parts =
        absl::StrSplit(absl::StripLeadingAsciiWhitespace(line), absl::MaxSplits("x ", 1));
    int times = 1;
    const bool repeats = parts.size() == 2 && absl::SimpleAtoi(parts[0], &times);
    // What is no number leaves 0 behind: "statement: \"Plan six questions\"" is there once.
    if (!repeats) times = 1;
    for (int i = 0; i < times; ++i) absl::StrAppend(&text, repeats ? parts[1] : line, "\n");
  }
  constexpr absl::string_view kText = "@text(";
  for (size_t at = text.find("@text("); at != std::string::npos; at = text.find("@text(", at)) {
    const size_t end = text.find(')', at);
    size_t size = 0;
    CHECK(absl::SimpleAtoi(text.substr(at + kText.size(), end - at - kText.size()), &size));
    text.replace(at, end + 1 - at, std::string(size, 'x'));
  }
  return WithoutAliases(text);
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), lines_(LinesOf(path)) {}

  std::vector<Scenario> Read() {
    while (at_ < lines_.size()) {
      const std::string& line = lines_[at_];
      if (line.empty() || line[0] == '#') {
        ++at_;
      } else if (absl::StartsWith(line, "scenario: ") || absl::StartsWith(line, "fixture: ")) {
        scenarios_.push_back(
            {.title = line.substr(line.find(' ') + 1), .place = Place(), .steps = {}});
        ++at_;
      } else if (absl::StartsWith(line, "given ") || absl::StartsWith(line, "when ")) {
        if (scenarios_.empty()) Unreadable("want `scenario:` first");
        ReadStep();
      } else {
        Unreadable("want `scenario:`, `given`, `when` or a comment");
      }
    }
    return std::move(scenarios_);
  }

 private:
  std::string Place() const { return absl::StrCat(path_, ":", at_ + 1); }
  [[noreturn]] void Unreadable(const std::string& why) const {
    Crash(absl::StrCat(Place(), ": ", why));
  }

  void ReadStep() {
    const std::string& line = lines_[at_];
    std::vector<Step>& steps = scenarios_.back().steps;
    if (absl::StartsWith(line, "given ") && !absl::StrContains(line, " on ")) {
      return UseFixture(line.substr(6));
    }
    Step step;
    step.is_when = line[0] == 'w';
    step.place = Place();
    const bool fill_in = ReadHead(line.substr(line.find(' ') + 1), step.given);
    ++at_;
    std::vector<std::string> command;
    while (at_ < lines_.size() && !EndsCommand(lines_[at_])) {
      if (absl::StartsWith(lines_[at_], "show ")) {
        step.shown.push_back(lines_[at_].substr(5));
      } else {
        command.push_back(lines_[at_]);
      }
      ++at_;
    }
    const std::string text = WrittenOut(command);
    if (!google::protobuf::TextFormat::ParseFromString(text, &step.given.command)) {
      Crash(absl::StrCat(step.place, ": the command cannot be read"));
    }
    if (step.given.command.request_case() == v1::Command::REQUEST_NOT_SET) {
      Crash(absl::StrCat(step.place, ": want a command"));
    }
    if (fill_in) FillIn(step.given.command, static_cast<int>(steps.size()) + 1);
    if (step.is_when) ReadExpected(step);
    steps.push_back(std::move(step));
  }

  bool EndsCommand(const std::string& line) const {
    return line.empty() || line == "then" || absl::StartsWith(line, "given ") ||
           absl::StartsWith(line, "when ");
  }

  void ReadExpected(Step& step) {
    if (at_ == lines_.size() || lines_[at_] != "then") Unreadable("want `then`");
    step.expected_begin = ++at_;
    while (at_ < lines_.size() && !lines_[at_].empty()) {
      absl::StrAppend(&step.expected, lines_[at_], "\n");
      ++at_;
    }
    step.expected_end = at_;
  }

  void UseFixture(const std::string& name) {
    // Of this file if it is the one of the fixtures, which build on each other.
    const std::string path = absl::StrCat(kFolder, "/fixtures.txt");
    const std::vector<Scenario> fixtures =
        path == path_ ? std::vector<Scenario>(scenarios_.begin(), scenarios_.end() - 1)
                      : ReadScenarios(path);
    const auto found = std::find_if(fixtures.begin(), fixtures.end(),
                                    [&](const Scenario& one) { return one.title == name; });
    if (found == fixtures.end()) Unreadable("no fixture has this name");
    std::vector<Step>& steps = scenarios_.back().steps;
    steps.insert(steps.end(), found->steps.begin(), found->steps.end());
    ++at_;
  }

  // `WHO [as CAPACITY] on DATE[, nothing filled in]`. True if the request is to be filled in.
  bool ReadHead(absl::string_view head, Given& given) {
    const bool fill_in = !absl::ConsumeSuffix(&head, ", nothing filled in");
    const std::vector<std::string> halves = absl::StrSplit(head, absl::MaxSplits(" on ", 1));
    const std::vector<std::string> who = absl::StrSplit(halves[0], absl::MaxSplits(" as ", 1));
    const std::optional<absl::CivilDay> day =
        domain::ParseDate(halves.size() == 2 ? halves[1] : "");
    if (!day.has_value()) Unreadable("want `WHO on YYYY-MM-DD`");
    given.today = *day;
    given.actor = PartyNamed(who[0]);
    if (given.actor.name().empty()) Unreadable("nobody is called so");
    if (!v1::Capacity_Parse(absl::AsciiStrToUpper(who.back()), &given.capacity)) {
      Unreadable("no such capacity");
    }
    return fill_in;
  }

  const std::string path_;
  const std::vector<std::string> lines_;
  size_t at_ = 0;
  std::vector<Scenario> scenarios_;
};

}  // namespace

std::vector<Scenario> ReadScenarios(const std::string& path) { return Reader(path).Read(); }

std::vector<std::string> ScenarioFiles() {
  std::vector<std::string> paths;
  for (const char* const folder : {"", "/situations"}) {
    for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat(kFolder, folder))) {
      if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt" &&
          entry.path().filename() != "fixtures.txt") {
        paths.push_back(entry.path().string());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Result> RunScenario(const Scenario& scenario) {
  std::vector<Result> results;
  World world;
  for (const Step& step : scenario.steps) {
    AnyMessage before = world.StateOf(step.given.command);
    Decided decided = world.Give(step.given);
    if (!step.is_when && !decided.ok()) {
      Crash(absl::StrCat(step.place, ": what is given was refused: ", decided.status().ToString()));
    }
    results.push_back(
        {.step = step, .before = std::move(before), .decided = std::move(decided), .after = world});
  }
  return results;
}

void Rewrite(const std::string& path) {
  std::vector<std::string> lines = LinesOf(path);
  std::vector<Result> results;
  for (const Scenario& scenario : ReadScenarios(path)) {
    for (Result& result : RunScenario(scenario)) {
      if (result.step.is_when) results.push_back(std::move(result));
    }
  }
  // From the end, so that the places before stay what they are.
  for (auto result = results.rbegin(); result != results.rend(); ++result) {
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(result->step.expected_begin);
    const auto end = lines.begin() + static_cast<std::ptrdiff_t>(result->step.expected_end);
    const std::vector<std::string> written =
        absl::StrSplit(absl::StripSuffix(TextOfResult(*result), "\n"), '\n');
    lines.insert(lines.erase(begin, end), written.begin(), written.end());
  }
  std::ofstream(path) << absl::StrJoin(lines, "\n") << "\n";
}

}  // namespace trellis::testing
