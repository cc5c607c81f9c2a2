// trellisd with a relay, as a process that is killed, to a broker that is killed.
#include <csignal>
#include <cstdlib>
#include <httplib.h>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/integration/load.h"
#include "tests/relay/nats_server.h"
#include "tests/support/rpc_client.h"
#include "tests/support/seed.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::relay {
namespace {

using integration::Daemon;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RpcClient;

constexpr char kStream[] = "trellis-north_east";
// Of deploy/example.
constexpr char kPlan[] = "supportPlans/0d7e2b64-31c5-4f9a-8a52-7d0000000001";

class RelayedDaemonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServer::IsThere()) GTEST_SKIP();
    broker_ = std::make_unique<NatsServer>();
  }

  std::unique_ptr<Daemon> Start() {
    auto daemon = std::make_unique<Daemon>(integration::Serving(
        directory_ / "data", {"--ledger", "north.east", "--relay", broker_->url()}));
    EXPECT_TRUE(daemon->AwaitServing()) << daemon->err();
    return daemon;
  }

  // The next event, which is the last then: what there is must be relayed up to it.
  static size_t AddOne(const Daemon& daemon) {
    const auto opened =
        RpcClient(daemon.grpc_address()).Give(testing::Tutor(), testing::OpenRequest());
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? static_cast<size_t>(opened->receipt().last_position()) : 0;
  }

  static std::string Metrics(const Daemon& daemon) {
    const httplib::Result got = httplib::Client("http://" + daemon.http_address()).Get("/metrics");
    EXPECT_TRUE(got) << "no answer";
    return got ? got->body : "";
  }

  // The stream has `count` events: all positions, once each, in order.
  std::vector<Stored> ExpectAll(size_t count) {
    const NatsClient client(*broker_);
    std::vector<Stored> stored = client.Read(kStream, count);
    std::set<std::string> ids;
    for (size_t i = 0; i < stored.size(); ++i) {
      const auto& headers = stored[i].headers;
      EXPECT_EQ(headers.at("ce-position"), absl::StrCat(i + 1));
      EXPECT_EQ(headers.at("ce-id"), headers.at("Nats-Msg-Id"));
      EXPECT_TRUE(ids.insert(headers.at("ce-id")).second);
    }
    EXPECT_EQ(client.Count(kStream), count);
    return stored;
  }

  testing::TempDirectory directory_;
  std::unique_ptr<NatsServer> broker_;
};

TEST_F(RelayedDaemonTest, RelaysTheExamplePlanAsItsTrailHasIt) {
  const auto daemon = Start();
  const std::string play =
      absl::StrCat(TRELLIS_PATH, " --server ", daemon->grpc_address(),
                   " play deploy/example/support_plan.txtpb > ", directory_ / "out");
  ASSERT_EQ(std::system(play.c_str()), 0);
  v1::ListTrailRequest request;
  request.set_parent(kPlan);
  const auto trail = RpcClient(daemon->grpc_address()).Read<v1::ListTrailResponse>(request);
  ASSERT_TRUE(trail.ok()) << trail.status();
  ASSERT_GT(trail->entries_size(), 10);
  // Before the plan come the events of the directory.
  const auto before = static_cast<size_t>(trail->entries(0).position()) - 1;
  const auto count = static_cast<size_t>(trail->entries_size());
  const std::vector<Stored> stored = ExpectAll(before + count);
  ASSERT_EQ(stored.size(), before + count);
  for (int i = 0; i < trail->entries_size(); ++i) {
    const v1::TrailEntry& entry = trail->entries(i);
    const Stored& one = stored[before + static_cast<size_t>(i)];
    EXPECT_EQ(one.headers.at("ce-position"), absl::StrCat(entry.position()));
    EXPECT_EQ(one.headers.at("ce-sequence"), absl::StrCat(entry.revision()));
    EXPECT_EQ(one.headers.at("ce-id"), entry.event_id());
    EXPECT_EQ(one.headers.at("ce-type"), entry.event_type());
    EXPECT_EQ(one.headers.at("ce-subject"), kPlan);
    EXPECT_EQ(one.headers.at("ce-source"), "//trellis/north.east");
    EXPECT_EQ(one.headers.at("ce-specversion"), "1.0");
    EXPECT_EQ(one.headers.at("content-type"), "application/protobuf");
    EXPECT_EQ(absl::StrCat("trellis.v1.", one.subject.substr(sizeof("trellis.north_east"))),
              entry.event_type());
    v1::SupportPlanEvent event;
    ASSERT_TRUE(event.ParseFromString(one.data));
    EXPECT_EQ(event.SerializeAsString(), entry.support_plan_event().SerializeAsString());
  }
}

TEST_F(RelayedDaemonTest, LosesAndRepeatsNothingWhenEitherIsKilled) {
  std::mt19937_64 random(testing::Seed());
  auto daemon = Start();
  integration::Load load;
  for (int round = 0; round < 6; ++round) {
    load.Start(daemon->grpc_address());
    load.AwaitAcknowledged(1 + random() % 150);
    const bool broker = random() % 2 == 0;
    if (broker) {
      broker_->Kill();
      load.AwaitAcknowledged(150 + random() % 150);
      if (random() % 2 == 0) broker_->Start();
    }
    daemon->Signal(SIGKILL);
    EXPECT_EQ(daemon->Wait(), 128 + SIGKILL);
    load.Join();
    daemon = Start();
    if (!broker_->running()) broker_->Start();
  }
  ExpectAll(AddOne(*daemon));
}

TEST_F(RelayedDaemonTest, ServesWhileTheBrokerIsAway) {
  broker_->Kill();
  const auto daemon = Start();
  AddOne(*daemon);
  EXPECT_THAT(Metrics(*daemon), HasSubstr("\ntrellis_relay_connected 0\n"));
  broker_->Start();
  const size_t count = AddOne(*daemon);
  ExpectAll(count);
  EXPECT_THAT(Metrics(*daemon), HasSubstr("\ntrellis_relay_connected 1\n"));
  EXPECT_THAT(Metrics(*daemon),
              HasSubstr("trellis_queue_backlog_messages{subscription=\"relay-nats\""));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
  EXPECT_THAT(daemon->err(), HasSubstr("relay.away"));
  EXPECT_THAT(daemon->err(), HasSubstr("relay.connected"));
  // It stops with the queue, and says nothing of that.
  EXPECT_THAT(daemon->err(), Not(HasSubstr("SHUTTING_DOWN")));
}

TEST_F(RelayedDaemonTest, RefusesAnotherUrl) {
  const integration::Ended ended = integration::RunToEnd(
      integration::Serving(directory_ / "data", {"--relay", "http://me:secret@broker"}));
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err,
            "trellisd: --relay: got a URL that begins otherwise, want "
            "nats://[user:password@]host[:port]\n");
}

}  // namespace
}  // namespace trellis::relay
