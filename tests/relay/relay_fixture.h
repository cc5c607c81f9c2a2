// What the tests of the relay share: a ledger with its queue in this process, and a real broker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "queue/names.h"
#include "queue/queue.h"
#include "relay/relay.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/relay/nats_server.h"

namespace trellis::relay {

inline constexpr char kStream[] = "trellis-test";
inline constexpr char kSubjects[] = "trellis.test.>";
inline constexpr char kSubscription[] = "projects/test/subscriptions/relay-nats";

inline queue::EventFormat TestFormat() {
  return {.attributes =
              [](const eventstore::Record& record) {
                return queue::Attributes{{"ce-id", UuidText(record.header.event_id)},
                                         {"ce-subject", record.header.stream},
                                         {"content-type", "application/protobuf"},
                                         {"sequence", absl::StrCat(record.header.revision)}};
              },
          .json =
              [](const eventstore::Record& record) {
                return absl::StrCat("{\"text\":\"", record.payload, "\"}");
              }};
}

class RelayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServer::IsThere()) GTEST_SKIP();
    broker_.emplace();
    Open();
  }
  void TearDown() override { Close(); }

  void Open() {
    auto log =
        eventstore::EventLog::Open({.directory = directory_ / "log", .ledger = "test"}, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    auto queue = queue::Queue::Open({.directory = directory_ / "queue",
                                     .ledger = "test",
                                     .format = TestFormat(),
                                     .may_read = [](const auto&, const auto&) { return true; }},
                                    *log_, clock_);
    ASSERT_TRUE(queue.ok()) << queue.status();
    queue_ = *std::move(queue);
  }
  void Close() {
    relay_.reset();
    if (log_ != nullptr) log_->Close();
    queue_.reset();
    log_.reset();
  }
  void StartRelay(const std::string& user = "") {
    auto relay = Relay::Start(*ParseBrokers(broker_->url(user)), *queue_, clock_);
    ASSERT_TRUE(relay.ok()) << relay.status();
    relay_ = *std::move(relay);
  }

  // Appends so many commits, each of an event for each of three streams; their payloads end with
  // `end`.
  void Append(int commits, const std::string& end = "") {
    for (; commits > 0; --commits) {
      ++revision_;
      std::vector<eventstore::StreamAppend> appends;
      for (const std::string stream : {"plans/a", "plans/b", "plans/c"}) {
        appends.push_back(eventstore::ToStream(stream, revision_ - 1,
                                               {absl::StrCat(stream, " ", revision_, end)}));
      }
      const auto appended = eventstore::Append(*log_, eventstore::NewCommit(std::move(appends)));
      ASSERT_TRUE(appended.ok()) << appended.status();
      events_ = appended->last_position;
    }
  }

  // The stream comes to have every event of the log, once, in the order of the log.
  void ExpectWholeLog() {
    eventstore::AwaitPosition(*log_, events_);
    const std::vector<eventstore::Record> records = eventstore::AllRecords(*log_);
    const NatsClient client(*broker_);
    const std::vector<Stored> stored = client.Read(kStream, records.size());
    ASSERT_EQ(stored.size(), records.size());
    for (size_t i = 0; i < stored.size(); ++i) {
      const std::string id = UuidText(records[i].header.event_id);
      EXPECT_EQ(stored[i].headers.at("ce-position"), absl::StrCat(i + 1));
      EXPECT_EQ(stored[i].headers.at("Nats-Msg-Id"), id);
      EXPECT_EQ(stored[i].headers.at("ce-id"), id);
      EXPECT_EQ(stored[i].data, records[i].payload);
    }
    EXPECT_EQ(client.Count(kStream), records.size());
  }

  // Waits until the relay's status is `wanted`, a minute at most.
  template <typename Wanted>
  RelayStatus AwaitStatus(const Wanted& wanted) {
    Bell bell;
    const absl::Duration look = absl::Milliseconds(5);
    for (absl::Duration waited; waited < absl::Minutes(1); waited += look) {
      if (RelayStatus status = relay_->Status(); wanted(status)) return status;
      bell.Wait(look);
    }
    ADD_FAILURE() << "the relay's status stays: " << relay_->Status().last_error;
    return relay_->Status();
  }

  const SystemClock clock_;
  const testing::TempDirectory directory_;
  std::optional<NatsServer> broker_;
  std::unique_ptr<eventstore::EventLog> log_;
  std::unique_ptr<queue::Queue> queue_;
  std::unique_ptr<Relay> relay_;
  // Of each stream.
  eventstore::Revision revision_ = 0;
  eventstore::Position events_ = 0;
};

}  // namespace trellis::relay
