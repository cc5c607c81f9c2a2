// Every situation and scenario of tests/scenarios, played against a server: what the rules decide
// is what a caller gets, with the directory, the log and the views between.
#include <filesystem>
#include <map>

#include "absl/strings/match.h"
#include "tests/scenarios/scenario_file.h"
#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// The reply's receipt, whatever the aggregate.
v1::Receipt ReceiptIn(const pb::MethodDescriptor& method, const std::string& bytes) {
  const std::unique_ptr<pb::Message> reply(
      pb::MessageFactory::generated_factory()->GetPrototype(method.output_type())->New());
  EXPECT_TRUE(reply->ParseFromString(bytes));
  const pb::FieldDescriptor* const field = method.output_type()->FindFieldByName("receipt");
  return static_cast<const v1::Receipt&>(reply->GetReflection()->GetMessage(*reply, field));
}

// The request, with the id of what it makes as the files have it.
std::unique_ptr<pb::Message> RequestOf(const testing::Given& given) {
  const pb::Message& said = testing::RequestOf(given.command);
  std::unique_ptr<pb::Message> request(said.New());
  request->CopyFrom(said);
  const std::string made = testing::ContextOf(given).new_name;
  if (made.empty()) return request;
  const domain::Aggregate& aggregate = testing::AggregateFor(given.command);
  request->GetReflection()->SetString(
      request.get(), said.GetDescriptor()->FindFieldByName(absl::StrCat(aggregate.noun, "_id")),
      made.substr(aggregate.streams.size()));
  return request;
}

void MoveTo(absl::CivilDay day, testing::FakeClock& clock) {
  const absl::Time noon = absl::FromCivil(absl::CivilHour(day) + 12, absl::UTCTimeZone());
  clock.Advance(noon - clock.Now());
}

// Plays the scenario on a server of its own. False if it cannot be played to its end: it refers to
// a record of another aggregate, which is no part of a scenario, or Trellis itself acts in it.
bool Play(const testing::Scenario& scenario) {
  SCOPED_TRACE(scenario.title);
  const testing::TempDirectory directory;
  testing::FakeClock clock;
  MoveTo(scenario.steps.front().given.today, clock);
  const testing::TestServer server(directory / "data", clock);
  for (const testing::Result& result : testing::RunScenario(scenario)) {
    SCOPED_TRACE(result.step.place);
    const testing::Given& given = result.step.given;
    const std::unique_ptr<pb::Message> request = RequestOf(given);
    const pb::MethodDescriptor* const method = testing::FindMethodFor(*request);
    if (given.capacity == v1::SYSTEM || method == nullptr) return false;
    MoveTo(given.today, clock);
    const auto bytes = server.client().CallBytes(testing::RpcClient::PathOf(*method),
                                                 testing::MetadataOf({given.actor, given.capacity}),
                                                 request->SerializeAsString());
    // Whom the rules refuse, the gate may have refused before, and told less.
    const auto refused = [](const absl::Status& status) {
      return absl::IsPermissionDenied(status) || absl::IsNotFound(status);
    };
    if (absl::IsPermissionDenied(result.decided.status())) {
      EXPECT_TRUE(refused(bytes.status())) << bytes.status();
      continue;
    }
    // Found in one alone: a record of another aggregate, or one that the test's client brought.
    const bool found = bytes.status().code() != absl::StatusCode::kNotFound;
    if (found != (result.decided.status().code() != absl::StatusCode::kNotFound)) return false;
    EXPECT_EQ(ReasonOf(bytes), ReasonOf(result.decided)) << bytes.status();
    if (!bytes.ok()) continue;
    EXPECT_EQ(static_cast<size_t>(ReceiptIn(*method, *bytes).event_ids_size()),
              result.decided->events.size() + result.decided->successor_events.size());
  }
  return true;
}

TEST(ScenarioFilesTest, AreTheSameOverTheNetwork) {
  int played = 0;
  int not_played = 0;
  std::map<std::string, int> files;
  for (const std::string& path : testing::ScenarioFiles()) {
    for (const testing::Scenario& scenario : testing::ReadScenarios(path)) {
      const bool whole = Play(scenario);
      ++(whole ? played : not_played);
      if (!whole) ++files[path];
      EXPECT_TRUE(whole || !absl::StrContains(path, "/situations/")) << path;
    }
  }
  // Those of Trellis itself, and those that meet what the test's client brought, are played there
  // alone.
  EXPECT_GT(played, 3 * not_played) << ::testing::PrintToString(files);
}

}  // namespace
}  // namespace trellis::services
