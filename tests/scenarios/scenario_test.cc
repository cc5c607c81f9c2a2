// The scenarios, and what must hold of all of them. After a change of the rules, or to write a new
// one: leave what follows `then` empty, run with TRELLIS_REWRITE=1, and READ what was written.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "domain/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scenarios/scenario_file.h"

namespace trellis::testing {
namespace {

using ::testing::IsEmpty;

namespace pb = google::protobuf;

// The commands that add something each time they are given, because a school may mean it: two
// targets may read the same. That a repeated call adds nothing is up to its request id.
const std::set<std::string>& AddingCommands() {
  static const auto& commands = *new std::set<std::string>{
      "set_target",      "add_action",     "arrange_support", "log_observation",
      "schedule_review", "record_outcome", "add_comment",
  };
  return commands;
}

std::string CommandOf(const Result& result) {
  const v1::SupportPlanCommand& command = result.step.given.command;
  return command.GetDescriptor()
      ->FindFieldByNumber(static_cast<int>(command.request_case()))
      ->name();
}

// Every step of every scenario, fixtures included, run once.
const std::vector<Result>& AllResults() {
  static const auto& all = *new std::vector<Result>([] {
    std::vector<Result> results;
    for (const std::string& path : ScenarioFiles()) {
      for (const Scenario& scenario : ReadScenarios(path)) {
        for (Result& result : RunScenario(scenario)) results.push_back(std::move(result));
      }
    }
    return results;
  }());
  return all;
}

std::set<std::string> NamesOf(const pb::OneofDescriptor& oneof) {
  std::set<std::string> names;
  for (int i = 0; i < oneof.field_count(); ++i) names.insert(oneof.field(i)->name());
  return names;
}

TEST(Scenarios, SayWhatFollows) {
  for (const std::string& path : ScenarioFiles()) {
    if (std::getenv("TRELLIS_REWRITE") != nullptr) Rewrite(path);
    for (const Scenario& scenario : ReadScenarios(path)) {
      for (const Result& result : RunScenario(scenario)) {
        if (!result.step.is_when) continue;
        EXPECT_EQ(result.step.expected, TextOfResult(result))
            << result.step.place << ": " << scenario.title;
      }
    }
  }
}

TEST(Scenarios, AreThereForEveryCommandAcceptedAndRefused) {
  std::set<std::string> accepted, refused;
  for (const Result& result : AllResults()) {
    if (!result.step.is_when) continue;
    (result.decided.ok() ? accepted : refused).insert(CommandOf(result));
  }
  const auto commands = NamesOf(*v1::SupportPlanCommand::descriptor()->FindOneofByName("request"));
  EXPECT_EQ(accepted, commands);
  EXPECT_EQ(refused, commands);
  for (const std::string& command : commands) {
    EXPECT_TRUE(std::filesystem::exists(absl::StrCat("tests/scenarios/", command, ".txt")))
        << command;
  }
}

TEST(Scenarios, ShowEveryKindOfEvent) {
  std::set<std::string> shown;
  for (const Result& result : AllResults()) {
    if (!result.step.is_when || !result.decided.ok()) continue;
    for (const v1::SupportPlanEvent& event : result.decided->events) {
      shown.insert(
          event.GetDescriptor()->FindFieldByNumber(static_cast<int>(event.kind_case()))->name());
    }
  }
  EXPECT_EQ(shown, NamesOf(*v1::SupportPlanEvent::descriptor()->FindOneofByName("kind")));
}

TEST(EveryScenario, FoldsFromItsBytesToTheStateThatWasDecidedOn) {
  for (const Result& result : AllResults()) {
    for (const auto& [name, plan] : result.after.plans()) {
      EXPECT_EQ(Fold(name, result.after.Events(name)).SerializeAsString(), plan.SerializeAsString())
          << result.step.place;
    }
  }
}

TEST(EveryScenario, AddsNothingTheSecondTime) {
  for (const Result& result : AllResults()) {
    if (!result.decided.ok() || AddingCommands().contains(CommandOf(result))) continue;
    World again = result.after;
    const domain::Decided second = again.Give(result.step.given);
    EXPECT_THAT(second.value_or(domain::Decision{}).events, IsEmpty()) << result.step.place;
  }
}

TEST(EveryScenario, AddsASecondTimeWhereThatIsMeant) {
  std::set<std::string> adding;
  for (const Result& result : AllResults()) {
    if (!result.decided.ok()) continue;
    World again = result.after;
    if (const domain::Decided second = again.Give(result.step.given);
        second.ok() && !second->events.empty()) {
      adding.insert(CommandOf(result));
    }
  }
  EXPECT_EQ(adding, AddingCommands());
}

TEST(EveryScenario, IsDecidedAlikeAndChangesNothing) {
  for (const Result& result : AllResults()) {
    const Given& given = result.step.given;
    const domain::Plan plan = result.before;
    const std::string before = plan.SerializeAsString();
    if (!result.decided.ok() &&
        result.decided.status().code() == absl::StatusCode::kInvalidArgument) {
      continue;  // Decisions may count on a request that is valid.
    }
    const domain::Decided first = DecideCommand(plan, given.command, ContextOf(given));
    const domain::Decided second = DecideCommand(plan, given.command, ContextOf(given));
    EXPECT_EQ(plan.SerializeAsString(), before) << result.step.place;
    EXPECT_EQ(first.status().code(), second.status().code()) << result.step.place;
    EXPECT_EQ(first.status().message(), second.status().message()) << result.step.place;
    if (!first.ok()) continue;
    const auto bytes = [](const domain::Events& events) {
      std::vector<std::string> all;
      for (const v1::SupportPlanEvent& event : events) all.push_back(event.SerializeAsString());
      return all;
    };
    EXPECT_EQ(bytes(first->events), bytes(second->events)) << result.step.place;
    EXPECT_EQ(bytes(first->successor_events), bytes(second->successor_events)) << result.step.place;
  }
}

// A plan that does not exist, one that is opened, paused, closed: every command has an answer.
TEST(EveryScenario, HasAnAnswerInEveryState) {
  std::vector<domain::Plan> plans(1);
  plans[0].set_name(kPlan);
  for (const Result& result : AllResults()) {
    const domain::Plan& after = result.after.PlanOf(result.step.given.command);
    const auto known = [&](const domain::Plan& plan) {
      return plan.state() == after.state() && plan.reviews_size() == after.reviews_size() &&
             plan.awaiting_signatures_size() == after.awaiting_signatures_size();
    };
    if (std::none_of(plans.begin(), plans.end(), known)) plans.push_back(after);
  }
  ASSERT_GT(plans.size(), 10u);
  for (const Result& result : AllResults()) {
    const Given& given = result.step.given;
    if (!result.decided.ok()) continue;
    for (const domain::Plan& plan : plans) {
      const domain::Decided decided = DecideCommand(plan, given.command, ContextOf(given));
      if (!decided.ok()) continue;
      domain::Plan evolved = plan;
      domain::EventFacts facts;
      facts.recorded_at = ContextOf(given).now;
      for (const v1::SupportPlanEvent& event : decided->events) {
        domain::Evolve(evolved, plan.name(), event, facts);
      }
      EXPECT_EQ(evolved.revision(), plan.revision() + static_cast<int64_t>(decided->events.size()));
    }
  }
}

}  // namespace
}  // namespace trellis::testing
