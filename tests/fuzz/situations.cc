#include "tests/fuzz/situations.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/scenarios/scenario_file.h"

namespace trellis::fuzz {
namespace {

namespace pb = google::protobuf;

using Situations = std::map<const domain::Aggregate*, std::vector<Situation>>;

Situations AllSituations() {
  Situations all;
  // What is one thing to a tutor is another to a head.
  std::set<std::string> outlines;
  const auto add = [&](const testing::AnyMessage& state, const testing::Given& given) {
    const std::string outline = absl::StrCat(testing::Outline(*state), " ", given.capacity);
    if (!outlines.insert(outline).second) return;
    all[&testing::AggregateFor(given.command)].push_back(
        {state, given.today, testing::ContextOf(given).now, given.actor, given.capacity});
  };
  for (const std::string& path : testing::ScenarioFiles()) {
    for (const testing::Scenario& scenario : testing::ReadScenarios(path)) {
      for (const testing::Result& result : testing::RunScenario(scenario)) {
        const testing::Given& given = result.step.given;
        add(result.before, given);
        add(result.after.StateOf(given.command), given);
      }
    }
  }
  return all;
}

}  // namespace

const std::vector<Situation>& SituationsOf(const domain::Aggregate& aggregate) {
  static const auto& all = *new Situations(AllSituations());
  return all.at(&aggregate);
}

bool PutInto(v1::Command& command, const pb::Message& request) {
  const pb::OneofDescriptor& kinds = *command.GetDescriptor()->FindOneofByName("request");
  for (int i = 0; i < kinds.field_count(); ++i) {
    if (kinds.field(i)->message_type() != request.GetDescriptor()) continue;
    command.GetReflection()->MutableMessage(&command, kinds.field(i))->CopyFrom(request);
    return true;
  }
  return false;
}

domain::Context ContextOf(const Situation& situation, const v1::Command& command) {
  return testing::ContextOf({situation.today, situation.actor, situation.capacity, command});
}

}  // namespace trellis::fuzz
