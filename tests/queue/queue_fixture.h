// What the tests of the queue share: a real log and a real store, on a disk that can fail.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "eventstore/event_log.h"
#include "gtest/gtest.h"
#include "queue/names.h"
#include "queue/queue.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/support/fake_clock.h"

namespace trellis::queue {

using eventstore::NewCommit;
using eventstore::ReasonOf;
using eventstore::ToStream;
using Settings = google::pubsub::v1::Subscription;

inline EventFormat TestFormat() {
  return {.attributes =
              [](const eventstore::Record& record) {
                return Attributes{{"content-type", "application/protobuf"},
                                  {"key", record.header.stream},
                                  {"text", record.payload}};
              },
          .json =
              [](const eventstore::Record& record) {
                return absl::StrCat("{\"text\":\"", record.payload, "\"}");
              }};
}

// A consumer that takes when it is told to, and counts how often it was woken.
class TestConsumer {
 public:
  TestConsumer(std::shared_ptr<Subscription> subscription, const FlowLimits& limits = {})
      : subscription_(std::move(subscription)), woken_(std::make_shared<std::atomic<int>>(0)) {
    id_ = subscription_->Attach(limits, [woken = woken_] { ++*woken; });
  }
  ~TestConsumer() { Leave(); }
  TestConsumer(const TestConsumer&) = delete;
  TestConsumer& operator=(const TestConsumer&) = delete;

  void Leave() {
    if (id_ != 0) subscription_->Detach(std::exchange(id_, 0));
  }
  // The numbers that it gets.
  std::string Take(size_t count = 1000) {
    auto received = subscription_->Take(id_, count, 1 << 20, absl::ZeroDuration());
    if (!received.ok()) return ErrorReason(received.status());
    std::vector<Number> numbers;
    for (Received& one : *received) {
      numbers.push_back(one.message->number());
      received_[one.message->number()] = std::move(one);
    }
    return absl::StrJoin(numbers, " ");
  }
  // What comes of acknowledging; waits for the write.
  AckResult Ack(Number number) {
    AckResult result = AckResult::kInvalid;
    subscription_->Acknowledge({received_[number].ack_id},
                               [&](const absl::Status& status, const auto& results) {
                                 EXPECT_TRUE(status.ok()) << status;
                                 result = results.at(0);
                               });
    return result;
  }
  bool Nack(Number number) {
    return subscription_->ModifyLeases({received_[number].ack_id}, absl::ZeroDuration()).at(0);
  }
  const Received& received(Number number) { return received_[number]; }
  int woken() const { return *woken_; }

 private:
  const std::shared_ptr<Subscription> subscription_;
  const std::shared_ptr<std::atomic<int>> woken_;
  ConsumerId id_ = 0;
  std::map<Number, Received> received_;
};

class QueueTest : public ::testing::Test {
 protected:
  static constexpr char kEvents[] = "projects/test/topics/events";
  static constexpr char kOne[] = "projects/test/subscriptions/one";
  static constexpr char kFailed[] = "projects/test/topics/failed";

  void SetUp() override { Open(); }
  void TearDown() override { Close(); }

  void Open() {
    auto log = eventstore::EventLog::Open(
        {.directory = directory_ / "log", .ledger = "test", .env = disk_.env()}, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    OpenQueue();
  }
  void OpenQueue() {
    auto queue =
        Queue::Open({.directory = directory_ / "queue",
                     .ledger = "test",
                     .format = TestFormat(),
                     .may_read =
                         [this](const Settings& settings, const eventstore::Header& header) {
                           return may_read_(settings, header);
                         },
                     .env = disk_.env()},
                    *log_, clock_);
    ASSERT_TRUE(queue.ok()) << queue.status();
    queue_ = *std::move(queue);
  }
  void Close() {
    if (log_ != nullptr) log_->Close();
    queue_.reset();
    log_.reset();
  }
  void Reopen() {
    Close();
    Open();
  }

  // Appends one event to each stream, in order.
  void Write(const std::vector<std::string>& streams) {
    for (const std::string& stream : streams) {
      const auto revision = log_->StreamRevision(stream);
      ASSERT_TRUE(revision.ok());
      const auto appended = eventstore::Append(
          *log_, NewCommit({ToStream(stream, *revision, {absl::StrCat(stream, *revision + 1)})}));
      ASSERT_TRUE(appended.ok()) << appended.status();
      eventstore::AwaitPosition(*log_, appended->last_position);
      clock_.Advance(absl::Seconds(1));
    }
  }

  static Settings For(const std::string& name, bool ordered = true) {
    Settings settings;
    settings.set_name(name);
    settings.set_topic(kEvents);
    settings.set_enable_message_ordering(ordered);
    return settings;
  }
  // One that gives up after five attempts, at once.
  static Settings WithDeadLetters(const std::string& name) {
    Settings settings = For(name);
    settings.mutable_dead_letter_policy()->set_dead_letter_topic(kFailed);
    settings.mutable_retry_policy()->mutable_minimum_backoff();
    settings.mutable_retry_policy()->mutable_maximum_backoff();
    return settings;
  }
  std::shared_ptr<Subscription> Create(const Settings& settings) {
    const auto created = queue_->Create(settings);
    EXPECT_TRUE(created.ok()) << created.status();
    return Find(settings.name());
  }
  std::shared_ptr<Subscription> Find(const std::string& name) {
    auto found = queue_->Find(name);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : nullptr;
  }
  // Takes and refuses `number` until it is given up.
  static void FailToTheEnd(TestConsumer& consumer, Number number) {
    for (int attempt = 1; attempt <= 5; ++attempt) {
      consumer.Take();
      ASSERT_TRUE(consumer.Nack(number)) << attempt;
    }
  }

  testing::TempDirectory directory_;
  testing::TempDirectory trash_;
  testing::FaultFileSystem disk_{trash_.path()};
  testing::FakeClock clock_;
  MayRead may_read_ = [](const Settings&, const eventstore::Header&) { return true; };
  std::unique_ptr<eventstore::EventLog> log_;
  std::unique_ptr<Queue> queue_;
};

}  // namespace trellis::queue
