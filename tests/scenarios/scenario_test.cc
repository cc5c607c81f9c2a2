// The scenarios, and what must hold of all of them. After a change of the rules, or to write a new
// one: leave what follows `then` empty, run with TRELLIS_REWRITE=1, and READ what was written.
#include <cstdlib>
#include <filesystem>
#include <map>
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
      "set_target",          "add_action",
      "arrange_support",     "log_observation",
      "schedule_review",     "record_outcome",
      "add_comment",         "set_action_plan_target",
      "add_action_step",     "schedule_action_plan_review",
      "extend_induction",    "reduce_induction",
      "record_session_note", "record_programme_review",
      "place_legal_hold",    "erase_subject",
  };
  return commands;
}

std::string CommandOf(const Result& result) {
  const v1::Command& command = result.step.given.command;
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
  const auto commands = NamesOf(*v1::Command::descriptor()->FindOneofByName("request"));
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
    for (const AnyMessage& event : result.decided->events) shown.insert(domain::TypeOf(*event));
  }
  std::set<std::string> kinds;
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    const pb::OneofDescriptor& all = *aggregate.event.GetDescriptor()->oneof_decl(0);
    for (int i = 0; i < all.field_count(); ++i) {
      kinds.insert(all.field(i)->message_type()->full_name());
    }
  }
  EXPECT_EQ(shown, kinds);
}

TEST(EveryScenario, FoldsFromItsBytesToTheStateThatWasDecidedOn) {
  for (const Result& result : AllResults()) {
    for (const auto& [name, state] : result.after.states()) {
      EXPECT_EQ(Fold(name, result.after.Events(name))->SerializeAsString(),
                state->SerializeAsString())
          << result.step.place;
    }
  }
}

TEST(EveryScenario, AddsNothingTheSecondTime) {
  for (const Result& result : AllResults()) {
    if (!result.decided.ok() || AddingCommands().contains(CommandOf(result))) continue;
    World again = result.after;
    const Decided second = again.Give(result.step.given);
    EXPECT_THAT(second.value_or(Decision{}).events, IsEmpty()) << result.step.place;
  }
}

TEST(EveryScenario, AddsASecondTimeWhereThatIsMeant) {
  std::set<std::string> adding;
  for (const Result& result : AllResults()) {
    if (!result.decided.ok()) continue;
    World again = result.after;
    if (const Decided second = again.Give(result.step.given);
        second.ok() && !second->events.empty()) {
      adding.insert(CommandOf(result));
    }
  }
  EXPECT_EQ(adding, AddingCommands());
}

TEST(EveryScenario, IsDecidedAlikeAndChangesNothing) {
  for (const Result& result : AllResults()) {
    const Given& given = result.step.given;
    const AnyMessage& state = result.before;
    const std::string before = state->SerializeAsString();
    if (!result.decided.ok() &&
        result.decided.status().code() == absl::StatusCode::kInvalidArgument) {
      continue;  // Decisions may count on a request that is valid.
    }
    const Decided first = DecideCommand(*state, given.command, ContextOf(given));
    const Decided second = DecideCommand(*state, given.command, ContextOf(given));
    EXPECT_EQ(state->SerializeAsString(), before) << result.step.place;
    EXPECT_EQ(first.status().code(), second.status().code()) << result.step.place;
    EXPECT_EQ(first.status().message(), second.status().message()) << result.step.place;
    if (!first.ok()) continue;
    const auto bytes = [](const std::vector<AnyMessage>& events) {
      std::vector<std::string> all;
      for (const AnyMessage& event : events) all.push_back(event->SerializeAsString());
      return all;
    };
    EXPECT_EQ(bytes(first->events), bytes(second->events)) << result.step.place;
    EXPECT_EQ(bytes(first->successor_events), bytes(second->successor_events)) << result.step.place;
  }
}

// One that does not exist, one that is opened, paused, closed: every command has an answer.
TEST(EveryScenario, HasAnAnswerInEveryState) {
  std::map<std::string, AnyMessage> states;
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    const auto empty = domain::EmptyState(aggregate, absl::StrCat(aggregate.streams, "none"));
    states.emplace(Outline(*empty), AnyMessage(*empty));
  }
  for (const Result& result : AllResults()) {
    const AnyMessage after = result.after.StateOf(result.step.given.command);
    states.emplace(Outline(*after), after);
  }
  ASSERT_GT(states.size(), 10u);
  for (const Result& result : AllResults()) {
    const Given& given = result.step.given;
    if (!result.decided.ok()) continue;
    for (const auto& [outline, state] : states) {
      if (state->GetDescriptor() != result.before->GetDescriptor()) continue;
      const Decided decided = DecideCommand(*state, given.command, ContextOf(given));
      if (!decided.ok()) continue;
      AnyMessage evolved = state;
      domain::EventFacts facts;
      facts.recorded_at = ContextOf(given).now;
      for (const AnyMessage& event : decided->events) {
        AggregateFor(given.command).evolve(*evolved, NameOf(*state), *event, facts);
      }
      EXPECT_EQ(domain::RevisionOf(*evolved),
                domain::RevisionOf(*state) + static_cast<int64_t>(decided->events.size()));
    }
  }
}

}  // namespace
}  // namespace trellis::testing
