// Cosignatures, collected from witnesses that serve in this process.
#include "services/cosigner.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <httplib.h>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "proofs/key_file.h"
#include "proofs/policy.h"
#include "services/server.h"
#include "tests/services/command_line.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/proof.pb.h"
#include "witness/collector.h"
#include "witness/http_sender.h"
#include "witness/http_server.h"
#include "witness/witness.h"

namespace trellis::services {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kTick = absl::Milliseconds(5);

// Whether it becomes true while others work, before somebody who waits for ever would notice.
bool Eventually(const std::function<bool()>& condition) {
  constexpr int kLooksMax = 20'000'000;
  for (int looks = 0; looks < kLooksMax; ++looks) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

// Three witnesses of a log, at ports of their own, with state that outlives them.
class CosigningTest : public ::testing::Test {
 protected:
  void StartWitness(size_t number) {
    const std::string name = absl::StrCat("witness.example/w", number);
    auto opened = witness::Witness::Open({.state = directory_ / absl::StrCat("state", number),
                                          .key_file = directory_ / absl::StrCat("key", number),
                                          .name = name,
                                          .logs = {key_.verifier().ToString()}},
                                         clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    witnesses_[number] = *std::move(opened);
    auto server = witness::HttpServer::Start(*witnesses_[number], "127.0.0.1", ports_[number]);
    ASSERT_TRUE(server.ok()) << server.status();
    servers_[number] = *std::move(server);
    ports_[number] = servers_[number]->port();
    vkeys_[number] = witnesses_[number]->vkey();
  }
  void StartAll() {
    for (size_t i = 0; i < 3; ++i) StartWitness(i);
  }
  void StopWitness(size_t number) {
    servers_[number].reset();
    witnesses_[number].reset();
  }

  // Two of the three are enough.
  std::string PolicyText() const {
    std::string text = "# the witnesses\n";
    for (size_t i = 0; i < 3; ++i) {
      absl::StrAppend(&text, "witness w", i, " ", vkeys_[i], " http://127.0.0.1:", ports_[i],
                      "/\n");
    }
    return text + "group two 2 w0 w1 w2\nquorum two\n";
  }
  proofs::Policy Policy() const { return *proofs::Policy::Parse(PolicyText()); }

  void OpenLog(const std::string& directory) {
    cosigner_.reset();
    log_.reset();
    auto log = eventstore::EventLog::Open(
        {.directory = directory, .ledger = "trellis", .key = key_}, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void Append(const std::string& payload) {
    eventstore::Commit commit;
    commit.origin.request_id = *ParseUuid(testing::NewId());
    commit.appends.push_back({"s/" + testing::NewId(), 0, {{"t", payload}}});
    std::promise<void> done;
    log_->Append(std::move(commit), [&](const absl::StatusOr<eventstore::Appended>& appended) {
      EXPECT_TRUE(appended.ok()) << appended.status();
      done.set_value();
    });
    done.get_future().wait();
    log_->WaitForMore(log_->tree_size() - 1);
  }
  void StartCosigner() {
    cosigner_.reset();
    auto cosigner = Cosigner::Start(
        {.policy = Policy(), .file = directory_ / "log.cosigned", .tick = kTick}, *log_);
    ASSERT_TRUE(cosigner.ok()) << cosigner.status();
    cosigner_ = *std::move(cosigner);
  }
  // Waits until all that is in the log is cosigned by two, and returns the note.
  std::string Cosigned() {
    EXPECT_TRUE(Eventually([&] { return SizeCosigned() == log_->tree_size(); }));
    const auto newest = cosigner_->newest();
    EXPECT_TRUE(proofs::VerifyCheckpoint(newest->note, {key_.verifier()}, Policy()).ok());
    return newest->note;
  }
  uint64_t SizeCosigned() const {
    const auto newest = cosigner_->newest();
    return newest == nullptr ? 0 : newest->size;
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const proofs::SignerKey key_ = *proofs::SignerKey::Generate("trellis", proofs::KeyType::kNote);
  int ports_[3] = {0, 0, 0};
  std::string vkeys_[3];
  std::unique_ptr<witness::Witness> witnesses_[3];
  std::unique_ptr<witness::HttpServer> servers_[3];
  std::unique_ptr<eventstore::EventLog> log_;
  std::unique_ptr<Cosigner> cosigner_;
};

TEST_F(CosigningTest, FollowsTheLog) {
  StartAll();
  OpenLog(directory_ / "log");
  StartCosigner();
  EXPECT_EQ(cosigner_->newest(), nullptr) << "there is nothing to cosign yet";
  for (int i = 0; i < 5; ++i) {
    Append("one more");
    Cosigned();
  }
  // Whoever comes later is added to the same note.
  EXPECT_TRUE(Eventually(
      [&] { return proofs::ParseNote(cosigner_->newest()->note)->signatures.size() == 4; }));
  EXPECT_EQ(cosigner_->newest_time(), clock_.Now());
}

TEST_F(CosigningTest, TwoOfThreeAreEnoughAndTheThirdIsTriedAgain) {
  StartAll();
  StopWitness(1);
  OpenLog(directory_ / "log");
  Append("first");
  StartCosigner();
  EXPECT_THAT(Cosigned(), Not(HasSubstr("witness.example/w1")));
  EXPECT_TRUE(Eventually([&] { return cosigner_->Counts()[1].failures >= 2; }));
  EXPECT_EQ(cosigner_->Counts()[1].conflicts, 0);
  StartWitness(1);
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(cosigner_->newest()->note, "witness.example/w1"); }));
}

TEST_F(CosigningTest, OneAloneIsNotEnough) {
  StartAll();
  StopWitness(1);
  StopWitness(2);
  OpenLog(directory_ / "log");
  Append("first");
  StartCosigner();
  EXPECT_TRUE(Eventually([&] { return cosigner_->Counts()[2].failures >= 2; }));
  EXPECT_TRUE(Eventually([&] { return cosigner_->Counts()[0].requests >= 1; }));
  EXPECT_EQ(cosigner_->newest(), nullptr);
}

TEST_F(CosigningTest, AWitnessOfAnotherHistoryIsCountedAndLeftOut) {
  StartAll();
  // Witness 2 alone is shown another history.
  OpenLog(directory_ / "fork");
  Append("another first");
  Append("another second");
  const auto shown = proofs::ParseNote(log_->checkpoint()->note);
  witness::Peer peer{.url = absl::StrCat("http://127.0.0.1:", ports_[2]),
                     .key = *proofs::VerifierKey::Parse(vkeys_[2])};
  const auto no_proof = [](uint64_t) { return std::vector<Digest>(); };
  ASSERT_TRUE(witness::Collect(*shown, peer, no_proof, witness::HttpSender(absl::Seconds(5))).ok());
  OpenLog(directory_ / "log");
  for (int i = 0; i < 3; ++i) Append("ours");
  StartCosigner();
  EXPECT_THAT(Cosigned(), Not(HasSubstr("witness.example/w2")));
  EXPECT_TRUE(Eventually([&] { return cosigner_->Counts()[2].conflicts >= 1; }));
}

TEST_F(CosigningTest, AWitnessThatLiesIsNotBelieved) {
  StartAll();
  StopWitness(0);
  // In its place another answers, with a key of its own.
  const auto liar =
      *proofs::SignerKey::Generate("witness.example/w0", proofs::KeyType::kCosignature);
  httplib::Server server;
  server.Post("/add-checkpoint", [&](const httplib::Request& request, httplib::Response& response) {
    const std::string text = request.body.substr(request.body.find("\n\n") + 2);
    const auto note = proofs::ParseNote(text);
    response.set_content(proofs::FormatSignature(liar.Cosign(note->text, clock_.Now())),
                         "text/plain");
  });
  ASSERT_TRUE(server.bind_to_port("127.0.0.1", ports_[0]));
  std::thread serving([&] { server.listen_after_bind(); });
  OpenLog(directory_ / "log");
  Append("first");
  StartCosigner();
  EXPECT_THAT(Cosigned(), Not(HasSubstr("witness.example/w0")));
  EXPECT_TRUE(Eventually([&] { return cosigner_->Counts()[0].failures >= 1; }));
  cosigner_.reset();
  server.stop();
  serving.join();
}

TEST_F(CosigningTest, IsThereAgainAfterARestart) {
  StartAll();
  OpenLog(directory_ / "log");
  Append("first");
  StartCosigner();
  const std::string note = Cosigned();
  for (size_t i = 0; i < 3; ++i) StopWitness(i);
  OpenLog(directory_ / "log");
  StartCosigner();
  ASSERT_NE(cosigner_->newest(), nullptr);
  EXPECT_THAT(cosigner_->newest()->note, HasSubstr(proofs::ParseNote(note)->text));
  // It goes on from there.
  Append("second");
  StartAll();
  Cosigned();
}

TEST_F(CosigningTest, ALogThatIsNotTheOneThatWasCosignedIsNotServed) {
  StartAll();
  OpenLog(directory_ / "log");
  Append("first");
  Append("second");
  StartCosigner();
  Cosigned();
  cosigner_.reset();
  const auto start = [&] {
    return Cosigner::Start({.policy = Policy(), .file = directory_ / "log.cosigned", .tick = kTick},
                           *log_)
        .status();
  };
  OpenLog(directory_ / "shorter");
  Append("first");
  EXPECT_EQ(ErrorReason(start()), "LOG_TRUNCATED");
  Append("another second");
  EXPECT_EQ(ErrorReason(start()), "LOG_REWRITTEN");
}

// All of it, with a server and from the command line.
class CosignedServerTest : public CosigningTest {
 protected:
  void StartServer() {
    server_.reset();
    const std::string data = directory_ / "data";
    if (!std::filesystem::exists(data)) {
      std::filesystem::create_directories(data);
      ASSERT_TRUE(proofs::WriteKeyFile(data + "/signing.key", key_).ok());
    }
    auto server = Server::Start({.data = data,
                                 .listen = {"127.0.0.1", 0},
                                 .http = {"127.0.0.1", 0},
                                 .witnesses = Policy(),
                                 .cosigning_tick = kTick,
                                 .callers = {.development = true}},
                                clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<testing::RpcClient>(server_->grpc_address());
  }
  std::string Get(const std::string& path) {
    const auto answer = httplib::Client("http://" + server_->http_address()).Get(path);
    return answer && answer->status == 200 ? answer->body : "";
  }
  int Run(const std::vector<std::string>& arguments) {
    return RunTrellis(arguments, server_->grpc_address(), testing::Tutor(), said_);
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<testing::RpcClient> client_;
  std::string said_;
};

TEST_F(CosignedServerTest, ServesWhatIsCosignedAndKeepsIt) {
  StartAll();
  StopWitness(0);
  StartServer();
  v1::GetCheckpointRequest cosigned;
  cosigned.set_cosigned(true);
  EXPECT_EQ(Get("/checkpoint"), "") << "nothing is cosigned yet";
  ExpectError(client_->Read<v1::LedgerCheckpoint>(cosigned).status(),
              absl::StatusCode::kUnavailable, "COSIGNATURES_MISSING");
  client_->IntroduceAll();
  const auto opened = client_->Ask<v1::SupportPlanReply>(testing::Tutor(), testing::OpenRequest());
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::string bundle = directory_ / "evidence.zip";
  EXPECT_TRUE(Eventually([&] {
    return Run({"plan", "export-evidence", opened->support_plan().name(), "--out", bundle,
                "--cosigned"}) == 0;
  })) << said_;

  const std::string policy = directory_ / "policy";
  std::ofstream(policy) << "log " << key_.verifier().ToString() << "\n" << PolicyText();
  EXPECT_EQ(Run({"verify", bundle, "--policy", policy}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("cosigned by witness.example/w"));
  EXPECT_EQ(Run({"verify", "--url", "http://" + server_->http_address(), "--policy", policy}), 0)
      << said_;
  EXPECT_THAT(said_, HasSubstr("cosigned as the policy wants"));
  const auto newest = client_->Read<v1::LedgerCheckpoint>(cosigned);
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_EQ(newest->witness_keys_size(), 3);
  EXPECT_THAT(Get("/metrics"),
              AllOf(HasSubstr(absl::StrCat("trellis_cosigned_position ", newest->tree_size())),
                    HasSubstr("trellis_witness_failures_total{witness=\"w0\"} ")));

  // Also without any witness, after a restart.
  for (const size_t i : {size_t{1}, size_t{2}}) StopWitness(i);
  StartServer();
  EXPECT_EQ(client_->Read<v1::LedgerCheckpoint>(cosigned)->tree_size(), newest->tree_size());
  EXPECT_EQ(Run({"verify", "--url", "http://" + server_->http_address(), "--policy", policy}), 0)
      << said_;
  // All three are wanted by somebody else, and have not signed.
  std::ofstream(policy) << "log " << key_.verifier().ToString() << "\n"
                        << absl::StrReplaceAll(PolicyText(), {{"two 2", "two all"}});
  EXPECT_EQ(Run({"verify", "--url", "http://" + server_->http_address(), "--policy", policy}), 1);
  EXPECT_THAT(said_, HasSubstr("quorum: group two has 2 of 3 members cosigned, want 3"));
}

TEST(Witnesses, AreReadFromAFileThatNamesOneToAsk) {
  const testing::TempDirectory directory;
  const std::string path = directory / "policy";
  EXPECT_EQ(ErrorReason(ReadWitnesses(path).status()), "INVALID_SETTING");
  EXPECT_EQ(ErrorReason(ReadWitnesses(directory.path()).status()), "INVALID_SETTING");
  std::ofstream(path) << "quorum none\n";
  EXPECT_EQ(ErrorReason(ReadWitnesses(path).status()), "POLICY_MALFORMED");
}

}  // namespace
}  // namespace trellis::services
