// The relay against a real broker.
#include "relay/relay.h"

#include <thread>

#include "tests/relay/relay_fixture.h"

namespace trellis::relay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(RelayTest, ForwardsAsCloudEvents) {
  StartRelay();
  Append(1);
  ExpectWholeLog();
  const Stored first = NatsClient(*broker_).Read(kStream, 1).at(0);
  const std::string id = UuidText(eventstore::AllRecords(*log_).at(0).header.event_id);
  EXPECT_EQ(first.subject, "trellis.test.Event");
  EXPECT_EQ(first.data, "plans/a 1");
  EXPECT_EQ(first.headers.at("ce-sequence"), "1");
  EXPECT_EQ(first.headers.at("ce-subject"), "plans/a");
  EXPECT_EQ(first.headers.at("content-type"), "application/protobuf");
  EXPECT_EQ(first.headers.at("Nats-Expected-Stream"), kStream);
}

TEST_F(RelayTest, BeginsWithTheFirstEventOfTheLog) {
  Append(500);
  StartRelay();
  Append(5);
  ExpectWholeLog();
  const RelayStatus status =
      AwaitStatus([](const RelayStatus& now) { return now.lag_events == 0; });
  EXPECT_TRUE(status.connected);
  EXPECT_EQ(status.relayed, events_);
  EXPECT_EQ(status.lag, absl::ZeroDuration());
  EXPECT_THAT(status.last_error, IsEmpty());
}

TEST_F(RelayTest, BeginsThereTooAfterACrashThatLeftItsSubscriptionAtTheEnd) {
  Append(2);
  google::pubsub::v1::Subscription settings;
  settings.set_name(kSubscription);
  settings.set_topic(queue::EventsTopic("test"));
  (*settings.mutable_labels())["relay-begins"] = "yes";
  ASSERT_TRUE(queue_->Create(settings).ok());
  StartRelay();
  ExpectWholeLog();
  EXPECT_THAT((*queue_->Find(kSubscription))->settings().labels(), IsEmpty());
}

TEST_F(RelayTest, KeepsItsSubscriptionForEver) {
  StartRelay();
  const google::pubsub::v1::Subscription settings = (*queue_->Find(kSubscription))->settings();
  EXPECT_TRUE(settings.has_expiration_policy());
  EXPECT_FALSE(settings.expiration_policy().has_ttl());
}

TEST_F(RelayTest, GoesOnWhereItWas) {
  StartRelay();
  Append(100);
  for (int i = 0; i < 3; ++i) {
    // In the middle of its work.
    Close();
    Open();
    StartRelay();
    Append(50);
  }
  ExpectWholeLog();
}

TEST_F(RelayTest, StartsWithoutABroker) {
  broker_->Kill();
  Append(2);
  StartRelay();
  const RelayStatus away = AwaitStatus([](const RelayStatus& now) { return now.failures >= 2; });
  EXPECT_FALSE(away.connected);
  EXPECT_THAT(away.last_error, HasSubstr("connecting"));
  EXPECT_EQ(away.lag_events, events_);
  EXPECT_GT(away.lag, absl::ZeroDuration());
  broker_->Start();
  ExpectWholeLog();
}

TEST_F(RelayTest, LosesAndRepeatsNothingWhenTheBrokerIsKilled) {
  StartRelay();
  std::thread writer([this] { Append(1500); });
  for (const size_t seen : {1, 700, 1500, 2300}) {
    NatsClient(*broker_).Read(kStream, seen);
    broker_->Kill();
    AwaitStatus([](const RelayStatus& now) { return !now.connected; });
    broker_->Start();
  }
  writer.join();
  ExpectWholeLog();
}

// The answers to what was sent were lost, and JetStream has forgotten the ids since.
TEST_F(RelayTest, SendsNothingAgainThatTheStreamEndsWith) {
  // The shortest that there is.
  constexpr int64_t kWindowMs = 100;
  NatsClient(*broker_).Make(kStream, kSubjects, {.window_ms = kWindowMs});
  StartRelay();
  Append(20);
  ExpectWholeLog();
  relay_.reset();
  NatsClient(*broker_).AwaitForgotten(kWindowMs);
  broker_->Kill();
  ASSERT_TRUE(queue_->SeekToTime(kSubscription, absl::UnixEpoch()).ok());
  broker_->Start();
  StartRelay();
  Append(1);
  ExpectWholeLog();
}

TEST_F(RelayTest, PassesOverNothingThatTheBrokerRefuses) {
  NatsClient(*broker_).Make(kStream, kSubjects, {.max_messages = 4});
  StartRelay();
  Append(5);
  const RelayStatus full = AwaitStatus([](const RelayStatus& now) { return now.failures >= 2; });
  EXPECT_THAT(full.last_error, HasSubstr("maximum messages exceeded"));
  EXPECT_EQ(full.relayed, 4u);
  EXPECT_EQ(full.lag_events, 11u);
  NatsClient(*broker_).Change(kStream, kSubjects, {});
  ExpectWholeLog();
}

// It is the order that is at stake: those after it would be taken.
TEST_F(RelayTest, SendsNothingPastAnEventThatTheBrokerRefuses) {
  NatsClient(*broker_).Make(kStream, kSubjects, {.max_bytes = 10'000});
  Append(3);
  Append(1, std::string(20'000, '.'));
  Append(3);
  StartRelay();
  const RelayStatus stuck = AwaitStatus([](const RelayStatus& now) { return now.failures >= 2; });
  EXPECT_THAT(stuck.last_error, HasSubstr("message size exceeds maximum allowed"));
  EXPECT_EQ(stuck.relayed, 9u);
  EXPECT_EQ(NatsClient(*broker_).Count(kStream), 9u);
  NatsClient(*broker_).Change(kStream, kSubjects, {});
  ExpectWholeLog();
}

TEST_F(RelayTest, ShowsItsPasswordToTheBrokerAlone) {
  broker_.emplace(std::vector<std::string>{"--user", "relay", "--pass", "open-sesame"});
  for (const bool right : {false, true}) {
    ::testing::internal::CaptureStderr();
    StartRelay(right ? "relay:open-sesame" : "relay:wrong-sesame");
    const RelayStatus status =
        AwaitStatus([](const RelayStatus& now) { return now.connected || now.failures > 0; });
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(status.connected, right);
    EXPECT_EQ(status.last_error, right ? "" : "connecting: Authentication Violation");
    EXPECT_THAT(log, HasSubstr("127.0.0.1"));
    EXPECT_THAT(log, Not(HasSubstr("sesame")));
    relay_.reset();
  }
}

TEST_F(RelayTest, GoesOnBesideOthersWhoPublishIntoItsStream) {
  StartRelay();
  Append(1);
  const NatsClient client(*broker_);
  client.Read(kStream, 3);
  client.Publish("trellis.test.foreign");
  Append(10);
  const std::vector<Stored> stored = client.Read(kStream, 34);
  size_t position = 0;
  for (const Stored& one : stored) {
    if (one.subject == "trellis.test.foreign") continue;
    EXPECT_EQ(one.headers.at("ce-position"), absl::StrCat(++position));
  }
  EXPECT_EQ(position, events_);
}

TEST_F(RelayTest, ForwardsJsonWhereItsSubscriptionSaysSo) {
  StartRelay();
  auto settings = (*queue_->Find(kSubscription))->settings();
  (*settings.mutable_labels())["format"] = "json";
  google::protobuf::FieldMask mask;
  mask.add_paths("labels");
  ASSERT_TRUE(queue_->Update(settings, mask).ok());
  Append(1);
  const Stored first = NatsClient(*broker_).Read(kStream, 1).at(0);
  EXPECT_EQ(first.data, "{\"text\":\"plans/a 1\"}");
  EXPECT_EQ(first.headers.at("content-type"), "application/json");
}

TEST_F(RelayTest, BeginsAnewWhenItsSubscriptionWasDeleted) {
  StartRelay();
  Append(2);
  ExpectWholeLog();
  ASSERT_TRUE(queue_->Delete(kSubscription).ok());
  Append(2);
  ExpectWholeLog();
  EXPECT_TRUE(queue_->Find(kSubscription).ok());
}

TEST_F(RelayTest, MakesTheStreamAgainWhenItWasDeleted) {
  StartRelay();
  Append(2);
  ExpectWholeLog();
  const NatsClient client(*broker_);
  client.Delete(kStream);
  Append(1);
  const std::vector<Stored> stored = client.Read(kStream, 3);
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_EQ(stored[0].headers.at("ce-position"), "7");
}

TEST_F(RelayTest, EndsWhileTheBrokerIsAway) {
  broker_->Kill();
  StartRelay();
  AwaitStatus([](const RelayStatus& now) { return now.failures >= 1; });
  // TearDown waits for it.
}

}  // namespace
}  // namespace trellis::relay
