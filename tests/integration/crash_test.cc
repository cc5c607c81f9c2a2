// What was acknowledged survives whatever ends the server.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/integration/load.h"
#include "tests/support/fake_clock.h"
#include "tests/support/pull_client.h"
#include "tests/support/seed.h"
#include "tests/support/test_server.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::integration {
namespace {

using testing::RpcClient;
using testing::Seed;

// How often a server is killed: what the environment says as TRELLIS_KILLS; 5 by default.
uint64_t Kills() { return testing::NumberFrom("TRELLIS_KILLS", 5); }

// The public key that the server signs with.
std::string KeyOf(const RpcClient& client) {
  const auto checkpoint = client.Read<v1::LedgerCheckpoint>(v1::GetCheckpointRequest());
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  return checkpoint.ok() ? checkpoint->log_keys(0) : "";
}

class CrashTest : public ::testing::Test {
 protected:
  // Starts a server that serves.
  std::unique_ptr<Daemon> Start() {
    auto daemon = std::make_unique<Daemon>(Serving(data_));
    EXPECT_TRUE(daemon->AwaitServing()) << daemon->err();
    return daemon;
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
};

TEST_F(CrashTest, ADrainLosesNothing) {
  auto daemon = Start();
  Load load;
  for (int round = 0; round < 2; ++round) {
    load.Start(daemon->grpc_address());
    load.AwaitAcknowledged(150);
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(), 0) << daemon->err();
    load.Join();
    daemon = Start();
    load.Check(RpcClient(daemon->grpc_address()), false);
  }
  const RpcClient client(daemon->grpc_address());
  load.Complete(client);
  load.Check(client, true);
  load.CheckRepeated(client, 7);
}

TEST_F(CrashTest, AKillLosesNothingThatWasAcknowledged) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed()));
  std::mt19937_64 random(Seed());
  auto daemon = Start();
  Load load;
  const std::string key = KeyOf(RpcClient(daemon->grpc_address()));
  for (uint64_t round = 0; round < Kills(); ++round) {
    load.Start(daemon->grpc_address());
    load.AwaitAcknowledged(1 + random() % 200);
    daemon->Signal(SIGKILL);
    EXPECT_EQ(daemon->Wait(), 128 + SIGKILL);
    load.Join();
    daemon = Start();
    const RpcClient client(daemon->grpc_address());
    load.Check(client, false);
    // Some crashes come upon the repeated requests of the one before.
    if (random() % 2 == 0) load.Complete(client);
  }
  const RpcClient client(daemon->grpc_address());
  load.Complete(client);
  load.Check(client, true);
  load.CheckRepeated(client, 5);
  load.CheckReceipts(client, key, 3);
  RecordProperty("acknowledged", static_cast<int>(load.acknowledged()));
}

// Gives the server one new key after the other, until it ends; returns the last that was shown.
std::string RotateUntilTheEnd(const std::string& address) {
  const RpcClient client(address);
  std::string key;
  while (true) {
    const auto prepared = client.Read<v1::PreparedSigningKey>(v1::PrepareSigningKeyRequest());
    if (!prepared.ok()) return key;
    key = prepared->new_key();
    v1::RotateSigningKeyRequest request;
    request.set_request_id(testing::NewId());
    request.set_new_key(key);
    request.set_reason("A test.");
    const auto reply = client.Ask<v1::LedgerReply>(testing::Administrator(), request);
    if (!reply.ok()) return key;
  }
}

TEST_F(CrashTest, AKillWhileKeysChangeLeavesALedgerThatAnyOfThemProves) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed()));
  std::mt19937_64 random(Seed());
  auto daemon = Start();
  Load load;
  const std::string first = KeyOf(RpcClient(daemon->grpc_address()));
  for (uint64_t round = 0; round < Kills(); ++round) {
    load.Start(daemon->grpc_address());
    std::string shown;
    std::thread rotating([&] { shown = RotateUntilTheEnd(daemon->grpc_address()); });
    load.AwaitAcknowledged(1 + random() % 100);
    daemon->Signal(SIGKILL);
    EXPECT_EQ(daemon->Wait(), 128 + SIGKILL);
    load.Join();
    rotating.join();
    daemon = Start();
    const RpcClient client(daemon->grpc_address());
    load.Check(client, false);
    // Either it was recorded, and the start has completed it, or it is prepared still.
    const auto prepared = client.Read<v1::PreparedSigningKey>(v1::PrepareSigningKeyRequest());
    ASSERT_TRUE(prepared.ok()) << prepared.status();
    EXPECT_TRUE(shown.empty() || shown == prepared->signing_key() || shown == prepared->new_key());
  }
  const RpcClient client(daemon->grpc_address());
  load.Complete(client);
  load.Check(client, true);
  daemon->Signal(SIGTERM);
  ASSERT_EQ(daemon->Wait(), 0);
  const auto keys = audit::KeysBeside::Open(data_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto report = audit::CheckLedger({.data = data_,
                                          .ledger = "trellis",
                                          .keys = {*proofs::VerifierKey::Parse(first)},
                                          .vault = &(*keys)->vault()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << report->findings.kept().front();
}

TEST_F(CrashTest, DeletedViewsComeBackEqual) {
  const auto answers = [](const Daemon& daemon) {
    const RpcClient client(daemon.grpc_address());
    std::string all;
    const auto plans = client.Read<v1::ListSupportPlansResponse>(v1::ListSupportPlansRequest());
    EXPECT_TRUE(plans.ok()) << plans.status();
    all += plans->SerializeAsString();
    for (const auto& plan : plans->support_plans()) {
      v1::ListTrailRequest trail;
      trail.set_parent(plan.name());
      all += client.Get(plan.name())->SerializeAsString();
      all += client.Read<v1::ListTrailResponse>(trail)->SerializeAsString();
    }
    return all;
  };
  auto daemon = Start();
  {
    const RpcClient client(daemon->grpc_address());
    for (int i = 0; i < 3; ++i) {
      const auto opened = client.Give(testing::Tutor(), testing::OpenRequest());
      ASSERT_TRUE(opened.ok()) << opened.status();
      const std::string& plan = opened->support_plan().name();
      EXPECT_TRUE(client.Give(testing::Tutor(), testing::OutcomeRequest(plan, "Calm.")).ok());
      EXPECT_TRUE(client
                      .Give(testing::Tutor(), testing::RequestFor<v1::CorrectEntryRequest>(
                                                  plan, "entry_id: 'u1' reason: 'Wrong.'"))
                      .ok());
    }
  }
  const std::string before = answers(*daemon);
  daemon->Signal(SIGTERM);
  ASSERT_EQ(daemon->Wait(), 0);
  ASSERT_GT(std::filesystem::remove_all(data_ + "/views"), 0u);
  daemon = Start();
  EXPECT_TRUE(answers(*daemon) == before);
}

constexpr char kReminders[] = "projects/trellis/subscriptions/reminders";

// Opens `count` plans in October 2022, whose four reviews are long overdue by this machine's clock,
// and subscribes to the reminders.
std::vector<std::string> OpenLongAgo(const std::string& data, int count) {
  const testing::FakeClock clock;
  testing::TestServer server(data, clock);
  std::vector<std::string> plans;
  for (int i = 0; i < count; ++i) {
    const auto opened = server.client().Give(testing::Tutor(), testing::OpenRequest());
    EXPECT_TRUE(opened.ok()) << opened.status();
    plans.push_back(opened->support_plan().name());
  }
  google::pubsub::v1::Subscription subscription;
  subscription.set_name(kReminders);
  subscription.set_topic("projects/trellis/topics/events");
  subscription.set_filter("attributes.\"ce-type\" = \"trellis.v1.ReminderFellDue\"");
  const auto made = server.client().Read<google::pubsub::v1::Subscription>(subscription);
  EXPECT_TRUE(made.ok()) << made.status();
  return plans;
}

// Waits for `count` reminders from the server's queue, or for its end.
void AwaitReminders(const Daemon& daemon, size_t count) {
  testing::PullClient stream(daemon.grpc_address());
  testing::PullClient::Request first;
  first.set_subscription(kReminders);
  first.set_stream_ack_deadline_seconds(600);
  stream.Send(first);
  std::set<std::string> seen;
  while (seen.size() < count) {
    const auto response = stream.Next();
    if (!response.has_value()) return;
    for (const auto& received : response->received_messages()) {
      seen.insert(received.message().message_id());
    }
  }
}

TEST_F(CrashTest, AKillWhileRemindersAreRecordedNeitherLosesNorRepeatsOne) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed()));
  std::mt19937_64 random(Seed());
  const std::vector<std::string> plans = OpenLongAgo(data_, 200);
  for (int round = 0; round < 4; ++round) {
    auto daemon = Start();
    AwaitReminders(*daemon, 1 + random() % 600);
    daemon->Signal(SIGKILL);
    EXPECT_EQ(daemon->Wait(), 128 + SIGKILL);
  }
  auto daemon = Start();
  AwaitReminders(*daemon, 4 * plans.size());
  const RpcClient client(daemon->grpc_address());
  for (const std::string& plan : plans) {
    v1::GetRemindersRequest request;
    request.set_name(plan);
    const auto reminders = client.Read<v1::Reminders>(request);
    ASSERT_TRUE(reminders.ok()) << reminders.status();
    std::set<std::string> overdue;
    for (const v1::Reminder& reminder : reminders->reminders()) {
      EXPECT_EQ(reminder.kind(), v1::Reminder::OVERDUE);
      EXPECT_TRUE(overdue.insert(reminder.entry_id()).second) << reminder.DebugString();
    }
    EXPECT_EQ(overdue, (std::set<std::string>{"r1", "r2", "r3", "r4"}));
  }
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
}

}  // namespace
}  // namespace trellis::integration
