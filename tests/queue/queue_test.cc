#include "queue/queue.h"

#include <filesystem>
#include <thread>

#include "tests/queue/queue_fixture.h"

namespace trellis::queue {
namespace {

TEST_F(QueueTest, ASubscriptionGetsWhatComesAfterItWasMade) {
  Write({"a"});
  const auto one = Create(For(kOne));
  Write({"a", "b"});
  TestConsumer ann(one);
  EXPECT_EQ(ann.Take(), "2 3");
  const Received& received = ann.received(2);
  EXPECT_EQ(received.message->key(), "a");
  google::pubsub::v1::PubsubMessage message;
  ASSERT_TRUE(message.ParseFromString(received.message->bytes()));
  EXPECT_EQ(message.data(), "a2");
  EXPECT_EQ(message.message_id(), "2");
  EXPECT_EQ(message.ordering_key(), "a");
  EXPECT_EQ(message.attributes().at("text"), "a2");
  ASSERT_TRUE(message.ParseFromString(received.message->json_bytes()));
  EXPECT_EQ(message.data(), "{\"text\":\"a2\"}");
  EXPECT_EQ(message.attributes().at("content-type"), "application/json");
}

TEST_F(QueueTest, AConsumerThatWaitsIsWokenByTheNextEvent) {
  TestConsumer ann(Create(For(kOne)));
  EXPECT_EQ(ann.Take(), "");
  Write({"a"});
  while (ann.woken() == 0) std::this_thread::yield();
  EXPECT_EQ(ann.Take(), "1");
}

TEST_F(QueueTest, AcknowledgementsSurviveARestart) {
  const auto one = Create(For(kOne));
  Write({"a", "b", "a", "b"});
  {
    TestConsumer ann(one);
    EXPECT_EQ(ann.Take(), "1 3 2 4");
    EXPECT_EQ(ann.Ack(2), AckResult::kDone);
    EXPECT_EQ(ann.Ack(3), AckResult::kEarly);
  }
  Reopen();
  TestConsumer ben(Find(kOne));
  EXPECT_EQ(ben.Take(), "1 3 4");
}

TEST_F(QueueTest, AnAckIdOfBeforeARestartOrOfAnotherSubscriptionHasNoEffect) {
  const auto one = Create(For(kOne));
  const auto other = Create(For("projects/test/subscriptions/other"));
  Write({"a"});
  std::string ack_id;
  {
    TestConsumer ann(one);
    EXPECT_EQ(ann.Take(), "1");
    ack_id = ann.received(1).ack_id;
    other->Acknowledge({ack_id}, [](const absl::Status&, const std::vector<AckResult>& results) {
      EXPECT_EQ(results.at(0), AckResult::kInvalid);
    });
  }
  Reopen();
  Find(kOne)->Acknowledge({ack_id, "junk"}, [](const auto&, const std::vector<AckResult>& results) {
    EXPECT_EQ(results.at(0), AckResult::kInvalid);
    EXPECT_EQ(results.at(1), AckResult::kInvalid);
  });
  TestConsumer ben(Find(kOne));
  EXPECT_EQ(ben.Take(), "1");
}

TEST_F(QueueTest, AFilterPassesOverTheRest) {
  Settings settings = For(kOne);
  settings.set_filter("hasPrefix(attributes.key, \"b\")");
  const auto one = Create(settings);
  Write({"a", "b", "a", "bc"});
  TestConsumer ann(one);
  EXPECT_EQ(ann.Take(), "2 4");
  EXPECT_EQ(ann.Ack(2), AckResult::kDone);
  EXPECT_EQ(one->Status().floor, 3U);
}

TEST_F(QueueTest, WhatMayNotBeReadIsPassedOverAndLostRightsCountAtOnce) {
  const auto one = Create(For(kOne));
  may_read_ = [](const Settings&, const eventstore::Header& header) {
    return header.stream != "secret";
  };
  Write({"a", "secret", "b"});
  TestConsumer ann(one);
  EXPECT_EQ(ann.Take(1), "1");
  // The right to `b` is lost after it was looked at.
  may_read_ = [](const Settings&, const eventstore::Header&) { return false; };
  EXPECT_EQ(ann.Take(), "");
  EXPECT_EQ(ann.Ack(1), AckResult::kDone);
  EXPECT_EQ(one->Status().backlog, 0U);
}

TEST_F(QueueTest, AMessageThatFailsTooOftenGoesToItsTopicAndItsKeyGoesOn) {
  const auto one = Create(WithDeadLetters(kOne));
  Settings settings = For("projects/test/subscriptions/failures");
  settings.set_topic(kFailed);
  const auto failures = Create(settings);
  Write({"a", "a"});
  TestConsumer ann(one);
  FailToTheEnd(ann, 1);
  EXPECT_EQ(ann.Take(), "2");
  EXPECT_EQ(one->Status().counts.dead_lettered, 1);

  TestConsumer clerk(failures);
  EXPECT_EQ(clerk.Take(), "1");
  EXPECT_EQ(*FindAttribute(clerk.received(1).message->attributes(), "text"), "a1");
  EXPECT_EQ(*FindAttribute(clerk.received(1).message->attributes(),
                           "CloudPubSubDeadLetterSourceDeliveryCount"),
            "5");
  const auto letters = queue_->ListDeadLetters(kFailed, "", 0, 10);
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().letter.position(), 1U);
  EXPECT_EQ(letters->front().letter.last_reason(), "nack");
  EXPECT_EQ(letters->front().letter.delivery_attempts(), 5U);
}

TEST_F(QueueTest, ADeadLetterIsThereOnceAfterARestart) {
  {
    const auto one = Create(WithDeadLetters(kOne));
    Write({"a", "a"});
    TestConsumer ann(one);
    FailToTheEnd(ann, 1);
  }
  Reopen();
  EXPECT_EQ(queue_->ListDeadLetters(kFailed, "", 0, 10)->size(), 1U);
  TestConsumer ben(Find(kOne));
  EXPECT_EQ(ben.Take(), "2");
}

TEST_F(QueueTest, ADeadLetterIsDeliveredAgainOncePerRequest) {
  const auto one = Create(WithDeadLetters(kOne));
  Write({"a", "a"});
  const Uuid request = RandomUuid();
  {
    TestConsumer ann(one);
    FailToTheEnd(ann, 1);
    EXPECT_EQ(ann.Take(), "2");
    EXPECT_EQ(ann.Ack(2), AckResult::kDone);
    EXPECT_EQ(*queue_->Redrive(kFailed, {1}, request), 1U);
  }
  Reopen();
  TestConsumer ben(Find(kOne));
  EXPECT_EQ(ben.Take(), "1");
  EXPECT_EQ(ben.received(1).attempt, 1U);
  EXPECT_EQ(ben.Ack(1), AckResult::kDone);
  EXPECT_EQ(*queue_->Redrive(kFailed, {1}, request), 1U);
  EXPECT_EQ(ben.Take(), "");
  EXPECT_EQ(ReasonOf(queue_->Redrive(kFailed, {7}, RandomUuid())), "DEAD_LETTER_NOT_FOUND");
  ASSERT_TRUE(queue_->Delete(kOne).ok());
  EXPECT_EQ(ReasonOf(queue_->Redrive(kFailed, {1}, RandomUuid())), "SUBSCRIPTION_GONE");
}

TEST_F(QueueTest, SeekingGoesBackToATimeAndToASnapshot) {
  const auto one = Create(For(kOne));
  Write({"a", "a"});
  const absl::Time before_third = clock_.Now();
  Write({"a"});
  google::pubsub::v1::CreateSnapshotRequest request;
  request.set_name("projects/test/snapshots/here");
  request.set_subscription(kOne);
  TestConsumer ann(one);
  EXPECT_EQ(ann.Take(), "1 2 3");
  EXPECT_EQ(ann.Ack(1), AckResult::kDone);
  ASSERT_TRUE(queue_->CreateSnapshot(request).ok());
  EXPECT_EQ(ReasonOf(queue_->CreateSnapshot(request)), "SNAPSHOT_EXISTS");
  EXPECT_EQ(ann.Ack(2), AckResult::kDone);

  ASSERT_TRUE(queue_->SeekToTime(kOne, before_third).ok());
  EXPECT_EQ(ann.Ack(3), AckResult::kInvalid);
  EXPECT_EQ(ann.Take(), "3");
  ASSERT_TRUE(queue_->SeekToSnapshot(kOne, request.name()).ok());
  EXPECT_EQ(ann.Take(), "2 3");
  ASSERT_TRUE(queue_->SeekToTime(kOne, absl::InfinitePast()).ok());
  EXPECT_EQ(ann.Take(), "1 2 3");
  ASSERT_TRUE(queue_->SeekToTime(kOne, clock_.Now() + absl::Hours(1)).ok());
  EXPECT_EQ(ann.Take(), "");
  Write({"a"});
  EXPECT_EQ(ann.Take(), "4");
  EXPECT_EQ(ReasonOf(queue_->SeekToSnapshot(kOne, "projects/test/snapshots/none")),
            "SNAPSHOT_NOT_FOUND");
}

TEST_F(QueueTest, ALogRestoredFromAnOlderBackupSetsTheCursorsBack) {
  const auto one = Create(WithDeadLetters(kOne));
  Write({"a", "a", "a"});
  const std::string log = directory_ / "log";
  Close();
  std::filesystem::copy(log, directory_ / "backup", std::filesystem::copy_options::recursive);
  Open();
  {
    TestConsumer ann(Find(kOne));
    EXPECT_EQ(ann.Take(), "1 2 3");
    EXPECT_EQ(ann.Ack(1), AckResult::kDone);
    EXPECT_EQ(ann.Ack(2), AckResult::kDone);
    EXPECT_EQ(ann.Ack(3), AckResult::kDone);
    Write({"b", "b"});
    FailToTheEnd(ann, 4);
    EXPECT_EQ(ann.Take(), "5");
    EXPECT_EQ(ann.Ack(5), AckResult::kDone);
  }
  EXPECT_EQ(Find(kOne)->Status().floor, 5U);
  Close();
  std::filesystem::remove_all(log);
  std::filesystem::rename(directory_ / "backup", log);
  Open();
  EXPECT_EQ(log_->durable_position(), 3U);
  // What happened after the backup is other than what the queue has seen.
  Write({"c", "c", "c"});
  const auto rewound = Find(kOne);
  EXPECT_LE(rewound->Status().floor, 3U);
  ASSERT_EQ(rewound->rewinds().size(), 1U);
  EXPECT_EQ(rewound->rewinds().front().from(), 5U);
  EXPECT_TRUE(queue_->ListDeadLetters(kFailed, "", 0, 10)->empty());
  TestConsumer ben(rewound);
  const std::string taken = ben.Take();
  EXPECT_TRUE(taken.size() >= 5 && taken.substr(taken.size() - 5) == "4 5 6") << taken;
}

TEST_F(QueueTest, ALogThatGrewOtherwiseBeyondTheCursorIsNoticedToo) {
  Create(For(kOne));
  Write({"a"});
  const std::string log = directory_ / "log";
  Close();
  std::filesystem::copy(log, directory_ / "backup", std::filesystem::copy_options::recursive);
  Open();
  Write({"a", "a"});
  {
    TestConsumer ann(Find(kOne));
    EXPECT_EQ(ann.Take(), "1 2 3");
    for (const Number number : {1, 2, 3}) EXPECT_EQ(ann.Ack(number), AckResult::kDone);
  }
  Close();
  std::filesystem::remove_all(log);
  std::filesystem::rename(directory_ / "backup", log);
  auto restored =
      eventstore::EventLog::Open({.directory = log, .ledger = "test", .env = disk_.env()}, clock_);
  ASSERT_TRUE(restored.ok());
  log_ = *std::move(restored);
  Write({"b", "b", "b", "b"});
  OpenQueue();
  TestConsumer ben(Find(kOne));
  const std::string taken = ben.Take();
  EXPECT_TRUE(taken.size() >= 7 && taken.substr(taken.size() - 7) == "2 3 4 5") << taken;
}

TEST_F(QueueTest, UnusedSubscriptionsAndOldSnapshotsExpire) {
  Create(For(kOne));
  Settings forever = For("projects/test/subscriptions/forever");
  forever.mutable_expiration_policy();
  Create(forever);
  google::pubsub::v1::CreateSnapshotRequest request;
  request.set_name("projects/test/snapshots/here");
  request.set_subscription(kOne);
  ASSERT_TRUE(queue_->CreateSnapshot(request).ok());
  clock_.Advance(absl::Hours(24 * 30));
  queue_->DeleteExpired();
  EXPECT_EQ(queue_->List().size(), 2U);
  EXPECT_TRUE(queue_->ListSnapshots()->empty());
  clock_.Advance(absl::Hours(24 * 2));
  queue_->DeleteExpired();
  ASSERT_EQ(queue_->List().size(), 1U);
  EXPECT_EQ(queue_->List().front()->settings().name(), forever.name());
}

TEST_F(QueueTest, ADeletedSubscriptionTellsItsConsumersAndANamesakeBeginsAnew) {
  {
    TestConsumer ann(Create(For(kOne)));
    Write({"a"});
    EXPECT_EQ(ann.Take(), "1");
    ASSERT_TRUE(queue_->Delete(kOne).ok());
    EXPECT_GT(ann.woken(), 0);
    EXPECT_EQ(ann.Take(), "SUBSCRIPTION_NOT_FOUND");
    EXPECT_EQ(ann.Ack(1), AckResult::kInvalid);
  }
  EXPECT_EQ(ReasonOf(queue_->Find(kOne)), "SUBSCRIPTION_NOT_FOUND");
  Write({"a"});
  Create(For(kOne));
  Reopen();
  TestConsumer ben(Find(kOne));
  Write({"b"});
  EXPECT_EQ(ben.Take(), "3");
}

TEST_F(QueueTest, WhatWasConfirmedSurvivesAPowerCutAndWhatFailedIsSaid) {
  Settings settings = For(kOne);
  settings.set_enable_exactly_once_delivery(true);
  const auto one = Create(settings);
  Write({"a", "b"});
  {
    TestConsumer ann(one);
    EXPECT_EQ(ann.Take(), "1 2");
    EXPECT_EQ(ann.Ack(1), AckResult::kDone);
    disk_.FillDisk();
    absl::Status confirmed;
    one->Acknowledge({ann.received(2).ack_id},
                     [&](const absl::Status& status, const auto&) { confirmed = status; });
    EXPECT_EQ(ReasonOf(confirmed), "QUEUE_UNREADABLE");
  }
  Close();
  disk_.Restart(/*seed=*/1);
  Open();
  TestConsumer ben(Find(kOne));
  EXPECT_EQ(ben.Take(), "2");
}

TEST_F(QueueTest, TenThousandSubscriptionsAreServed) {
  for (size_t i = 0; i < kSubscriptionsMax; ++i) {
    ASSERT_TRUE(queue_->Create(For(absl::StrCat("projects/test/subscriptions/many", i))).ok());
  }
  EXPECT_EQ(ReasonOf(queue_->Create(For(kOne))), "TOO_MANY");
  Reopen();
  Write({"a"});
  for (const size_t i : {size_t{0}, size_t{4321}, kSubscriptionsMax - 1}) {
    TestConsumer consumer(Find(absl::StrCat("projects/test/subscriptions/many", i)));
    EXPECT_EQ(consumer.Take(), "1");
  }
}

TEST_F(QueueTest, AHundredConsumersShareASubscription) {
  const auto one = Create(For(kOne));
  std::vector<std::unique_ptr<TestConsumer>> consumers;
  for (int i = 0; i < 100; ++i) {
    consumers.push_back(std::make_unique<TestConsumer>(one, FlowLimits{.messages = 1}));
    EXPECT_EQ(consumers.back()->Take(), "");
  }
  std::vector<std::string> streams;
  for (int i = 0; i < 100; ++i) streams.push_back(absl::StrCat("s", i));
  Write(streams);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(consumers[static_cast<size_t>(i)]->Take(), absl::StrCat(i + 1));
  }
}

}  // namespace
}  // namespace trellis::queue
