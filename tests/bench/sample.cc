#include "tests/bench/sample.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <google/protobuf/text_format.h>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/clock.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "domain/person.h"
#include "domain/support_plan.h"
#include "proofs/key_file.h"
#include "trellis/v1/play.pb.h"
#include "vault/directory.h"
#include "vault/event_vault.h"
#include "vault/key_store.h"
#include "vault/master_key.h"

namespace trellis::bench {
namespace {

constexpr int kPlansSideBySide = 500;
constexpr int kWriters = 20;

v1::Play ReadPlay(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  v1::Play play;
  if (!google::protobuf::TextFormat::ParseFromString(text.str(), &play)) {
    Crash(absl::StrCat(file, " is no play"));
  }
  return play;
}

// Decides the step's command, whichever it is.
domain::Decided DecideStep(const domain::Plan& plan, const v1::PlayStep& step,
                           const domain::Context& context) {
  using Case = v1::Command;
  const v1::Command& command = step.command();
  switch (command.request_case()) {
    case Case::kOpenSupportPlan:
      return Decide(plan, command.open_support_plan(), context);
    case Case::kConfirmAsAppropriateBody:
      return Decide(plan, command.confirm_as_appropriate_body(), context);
    case Case::kLogObservation:
      return Decide(plan, command.log_observation(), context);
    case Case::kCompleteReview:
      return Decide(plan, command.complete_review(), context);
    case Case::kCompleteAction:
      return Decide(plan, command.complete_action(), context);
    case Case::kRecordSupport:
      return Decide(plan, command.record_support(), context);
    case Case::kAddComment:
      return Decide(plan, command.add_comment(), context);
    case Case::kSign:
      return Decide(plan, command.sign(), context);
    default:
      Crash("the example play has a command that is not measured");
  }
}

// A request id of its own for each number.
Uuid RequestId(uint64_t number) {
  Uuid id{};
  for (size_t i = 0; i < 8; ++i) id[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

// A new key store in a data directory, with a master key as development has it.
struct Keys {
  explicit Keys(const std::string& data) {
    const vault::MasterKey master = vault::MasterKey::Generate();
    CHECK(vault::WriteMasterKeyFile(data + "/master.key", master).ok());
    directory = *vault::OpenDirectory(data + "/keys");
    CHECK(vault::CreateKeyStore(*directory, master).ok());
    store = *vault::KeyStore::Open(*directory, {.masters = {master}});
    vault = *vault::EventVault::Create(*store);
  }

  std::unique_ptr<vault::Directory> directory;
  std::unique_ptr<vault::KeyStore> store;
  std::unique_ptr<vault::EventVault> vault;
};

// Each plan is of an ECT of its own.
std::string SubjectOf(const std::string& plan) {
  return absl::StrCat(domain::kPersonStreams, plan.substr(domain::kSupportPlanStreams.size()));
}

// Appends one command's events and waits until they are durable.
void AppendCommand(eventstore::EventLog& log, const vault::EventVault& vault,
                   const std::string& stream, uint64_t revision, uint64_t request,
                   std::vector<eventstore::NewEvent> events) {
  CHECK(vault.Seal(SubjectOf(stream), stream, revision, events).ok());
  eventstore::Commit commit;
  commit.origin = {.actor = "people/00000000-0000-4000-8000-000000000002",
                   .capacity = v1::INDUCTION_TUTOR,
                   .request_id = RequestId(request)};
  eventstore::StreamAppend append;
  append.stream = stream;
  append.expected_revision = revision;
  append.events = std::move(events);
  commit.appends.push_back(std::move(append));
  std::promise<bool> durable;
  log.Append(std::move(commit), [&](const absl::StatusOr<eventstore::Appended>& appended) {
    durable.set_value(appended.ok());
  });
  CHECK(durable.get_future().get());
}

}  // namespace

std::string PlanName(int plan) {
  return absl::StrFormat("supportPlans/00000000-0000-4000-9000-%012d", plan);
}

std::vector<std::vector<eventstore::NewEvent>> ExampleCommits(const std::string& play_file) {
  std::vector<std::vector<eventstore::NewEvent>> commits;
  domain::Plan plan;
  const absl::Time now = absl::FromUnixSeconds(1'790'000'000);
  const v1::Play play = ReadPlay(play_file);
  for (const v1::PlayStep& step : play.steps()) {
    // The steps before are the directory's.
    if (commits.empty() && !step.command().has_open_support_plan()) continue;
    const domain::Context context{.now = now,
                                  .today = LondonDay(now),
                                  .actor = step.actor(),
                                  .capacity = step.capacity(),
                                  .new_name = PlanName(0)};
    const domain::Decided decided = DecideStep(plan, step, context);
    if (!decided.ok()) Crash(decided.status().message());
    std::vector<eventstore::NewEvent> events;
    for (const v1::SupportPlanEvent& event : decided->events) {
      events.push_back({domain::TypeOf(event), event.SerializeAsString()});
      domain::Evolve(
          plan, PlanName(0), event,
          {.recorded_at = now, .actor = step.actor().person(), .capacity = step.capacity()});
    }
    commits.push_back(std::move(events));
  }
  return commits;
}

std::unique_ptr<eventstore::EventLog> NewLedger(const std::string& data, const Clock& clock) {
  std::filesystem::create_directories(data);
  const auto key = proofs::SignerKey::Generate("trellis", proofs::KeyType::kNote);
  CHECK(key.ok() && proofs::WriteKeyFile(data + "/signing.key", *key).ok());
  std::ofstream(data + "/signing.pub") << key->verifier().ToString() << "\n";
  auto log = eventstore::EventLog::Open(
      {.directory = data + "/log", .ledger = "trellis", .key = *key}, clock);
  if (!log.ok()) Crash(log.status().message());
  return *std::move(log);
}

uint64_t FillLog(const FillOptions& options) {
  const auto commits = ExampleCommits(options.play_file);
  const SystemClock clock;
  std::filesystem::create_directories(options.data);
  const Keys keys(options.data);
  const auto log = NewLedger(options.data, clock);
  uint64_t written = 0;
  for (int first = 0; written < options.events; first += kPlansSideBySide) {
    // Each writer takes the plans of its own numbers through the example, one command on each plan
    // after another, so that the plans' events lie side by side in the log.
    std::vector<std::string> subjects;
    for (int plan = first; plan < first + kPlansSideBySide; ++plan) {
      subjects.push_back(SubjectOf(PlanName(plan)));
    }
    CHECK(keys.store->KeysOf(subjects).ok());
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer, first] {
        uint64_t revision = 0;
        uint64_t number = 0;
        for (const auto& events : commits) {
          for (int plan = first + writer; plan < first + kPlansSideBySide; plan += kWriters) {
            const uint64_t request = static_cast<uint64_t>(plan) * commits.size() + number;
            AppendCommand(*log, *keys.vault, PlanName(plan), revision, request, events);
          }
          revision += events.size();
          ++number;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    for (const auto& events : commits) written += events.size() * kPlansSideBySide;
    std::fprintf(stderr, "\r  filling: %llu of %llu events",
                 static_cast<unsigned long long>(written),
                 static_cast<unsigned long long>(options.events));
  }
  std::fprintf(stderr, "\n");
  return written;
}

v1::OpenSupportPlanRequest OpenRequest(int plan) {
  v1::OpenSupportPlanRequest request;
  request.set_support_plan_id(PlanName(plan).substr(domain::kSupportPlanStreams.size()));
  request.set_request_id(UuidText(RandomUuid()));
  v1::SupportPlan& said = *request.mutable_support_plan();
  const auto party = [](v1::Party& who, int number, const char* name) {
    who.set_person(absl::StrFormat("people/00000000-0000-4000-8000-%012d", number));
    who.set_name(name);
  };
  party(*said.mutable_ect(), 1, "Sam Okafor");
  party(*said.mutable_induction_tutor(), 2, "Ruth Adeyemi");
  party(*said.mutable_headteacher(), 3, "Siân Hughes");
  said.mutable_school()->set_urn("900001");
  said.mutable_school()->set_name("Northgate Academy");
  v1::Concern& concern = *said.add_concerns();
  concern.set_standard_code("7d");
  concern.set_cause("Low-level disruption goes on in lessons; sanctions are not consistent.");
  concern.set_discussed_on(domain::DateText(LondonDay(absl::Now())));
  v1::Target& target = *said.add_targets();
  target.set_concern_id("c1");
  target.set_statement("Use class rules and routines, sanctions and rewards in every lesson");
  target.set_success_measure("An observation sees them in use from the first minute on");
  target.set_due_on(domain::DateText(LondonDay(absl::Now()) + 28));
  return request;
}

std::vector<std::pair<std::string, std::string>> DirectoryRequests() {
  std::vector<std::pair<std::string, std::string>> requests;
  v1::RecordSchoolRequest school;
  school.set_school_id("900001");
  school.set_request_id(UuidText(RandomUuid()));
  school.mutable_facts()->set_school_name("Northgate Academy");
  school.mutable_facts()->set_status(v1::OPEN);
  requests.emplace_back("RecordSchool", school.SerializeAsString());
  const std::array<v1::Capacity, 3> roles = {v1::ECT, v1::INDUCTION_TUTOR, v1::HEADTEACHER};
  for (size_t i = 0; i < roles.size(); ++i) {
    v1::RegisterPersonRequest person;
    person.set_person_id(absl::StrFormat("00000000-0000-4000-8000-%012d", i + 1));
    person.set_request_id(UuidText(RandomUuid()));
    person.set_full_name("Somebody");
    requests.emplace_back("RegisterPerson", person.SerializeAsString());
    v1::StartRoleRequest role;
    role.set_name("people/" + person.person_id());
    role.set_request_id(UuidText(RandomUuid()));
    role.mutable_role()->set_role(roles[i]);
    role.mutable_role()->set_school_urn("900001");
    requests.emplace_back("StartRole", role.SerializeAsString());
  }
  return requests;
}

v1::ReviseTargetRequest ReviseRequest(int plan, int64_t count) {
  v1::ReviseTargetRequest request;
  request.set_name(PlanName(plan));
  request.set_request_id(UuidText(RandomUuid()));
  request.set_target_id("t1");
  request.set_statement(absl::StrCat(
      "Use class rules and routines, sanctions and rewards in every lesson; edition ", count));
  request.set_reason("The wording was discussed with the ECT and made more precise.");
  return request;
}

}  // namespace trellis::bench
