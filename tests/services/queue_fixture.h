// What the tests of the queue's services share: subscriptions of a server in this process.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/queue_service.pb.h"

namespace trellis::services {

namespace pubsub = google::pubsub::v1;
using google::protobuf::Empty;

class QueueServicesTest : public ServiceTest {
 protected:
  static std::string SubscriptionName(const std::string& id) {
    return "projects/trellis/subscriptions/" + id;
  }
  static std::string TopicName(const std::string& id) { return "projects/trellis/topics/" + id; }

  // Makes a subscription to the events, or as `text` says.
  void Create(const std::string& id, const std::string& text = "") {
    auto settings = testing::ParseText<pubsub::Subscription>(text);
    settings.set_name(SubscriptionName(id));
    if (settings.topic().empty()) settings.set_topic(TopicName("events"));
    const auto made = client().Read<pubsub::Subscription>(settings);
    EXPECT_TRUE(made.ok()) << made.status();
  }
  // Likewise, with dead letters that go to `topic` after five deliveries, without a pause.
  void CreateWithDeadLetters(const std::string& id, const std::string& topic) {
    Create(id,
           "retry_policy { minimum_backoff {} maximum_backoff {} } dead_letter_policy { "
           "dead_letter_topic: '" +
               TopicName(topic) + "' }");
  }

  // What there is now; with `wait`, what comes next if there is nothing.
  std::vector<pubsub::ReceivedMessage> Pull(const std::string& id, int count = 1000,
                                            bool wait = false) {
    pubsub::PullRequest request;
    request.set_subscription(SubscriptionName(id));
    request.set_max_messages(count);
    request.set_return_immediately(!wait);
    const auto response = client().Read<pubsub::PullResponse>(request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->received_messages().begin(), response->received_messages().end()};
  }
  void Acknowledge(const std::string& id, const std::vector<pubsub::ReceivedMessage>& messages) {
    pubsub::AcknowledgeRequest request;
    request.set_subscription(SubscriptionName(id));
    for (const auto& message : messages) request.add_ack_ids(message.ack_id());
    EXPECT_TRUE(client().Read<Empty>(request).ok());
  }
  void GiveBack(const std::string& id, const std::vector<pubsub::ReceivedMessage>& messages) {
    pubsub::ModifyAckDeadlineRequest request;
    request.set_subscription(SubscriptionName(id));
    for (const auto& message : messages) request.add_ack_ids(message.ack_id());
    EXPECT_TRUE(client().Read<Empty>(request).ok());
  }
  // Gives back whatever `id` has until it gives all of it up, and that is written. Returns how
  // often it did.
  int GiveUp(const std::string& id) {
    int times = 0;
    int64_t letters = StatusOf(id).dead_letters();
    for (auto messages = Pull(id); !messages.empty(); messages = Pull(id)) {
      if (times == 0) letters += static_cast<int64_t>(messages.size());
      GiveBack(id, messages);
      ++times;
    }
    while (StatusOf(id).dead_letters() < letters && !HasFailure()) {
    }
    return times;
  }
  v1::SubscriptionStatus StatusOf(const std::string& id) {
    v1::GetSubscriptionStatusRequest request;
    request.set_subscription(SubscriptionName(id));
    const auto status = client().Read<v1::SubscriptionStatus>(request);
    EXPECT_TRUE(status.ok()) << status.status();
    return status.ok() ? *status : v1::SubscriptionStatus();
  }
};

}  // namespace trellis::services
