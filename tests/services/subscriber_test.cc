// google.pubsub.v1.Subscriber, as its clients meet it.
#include <algorithm>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "tests/services/queue_fixture.h"
#include "tests/support/pull_client.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using testing::PullClient;

constexpr char kStream[] = "/google.pubsub.v1.Subscriber/StreamingPull";

class SubscriberTest : public QueueServicesTest {
 protected:
  static PullClient::Request First(const std::string& id) {
    PullClient::Request request;
    request.set_subscription(SubscriptionName(id));
    request.set_stream_ack_deadline_seconds(10);
    return request;
  }
  static std::vector<std::string> Ids(const std::vector<pubsub::ReceivedMessage>& messages) {
    std::vector<std::string> ids;
    for (const auto& message : messages) ids.push_back(message.message().message_id());
    return ids;
  }
  template <typename Request>
  absl::Status Try(const Request& request) {
    return client().Read<Empty>(request).status();
  }
  static std::string ReasonOfStatus(const grpc::Status& status) {
    google::rpc::Status details;
    google::rpc::ErrorInfo info;
    if (!details.ParseFromString(status.error_details())) return "";
    for (const auto& detail : details.details()) {
      if (detail.UnpackTo(&info)) return info.reason();
    }
    return "";
  }
};

TEST_F(SubscriberTest, AStreamGetsEventsAsTheyComeAndAcknowledgesThem) {
  Create("hr1", "enable_message_ordering: true");
  PullClient stream(server_.grpc_address());
  stream.Send(First("hr1"));
  const v1::SupportPlan plan = Open();
  const size_t opened = static_cast<size_t>(plan.revision());
  const auto messages = stream.Messages(opened);
  ASSERT_EQ(messages.size(), opened);
  const pubsub::PubsubMessage& message = messages.front().message();
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  EXPECT_EQ(message.message_id(),
            absl::StrCat(client().Read<v1::ListTrailResponse>(trail)->entries(0).position()));
  EXPECT_EQ(message.ordering_key(), plan.name());
  EXPECT_EQ(message.attributes().at("ce-type"), "trellis.v1.SupportPlanOpened");
  EXPECT_EQ(message.attributes().at("ce-subject"), plan.name());
  EXPECT_EQ(message.attributes().at("sequence"), "1");
  EXPECT_EQ(message.attributes().at("content-type"), "application/protobuf");
  v1::SupportPlanEvent event;
  EXPECT_TRUE(event.ParseFromString(message.data()));
  EXPECT_TRUE(event.has_support_plan_opened());
  EXPECT_EQ(messages.front().delivery_attempt(), 0);
  for (const auto& received : messages) stream.Acknowledge(received.ack_id());
  EXPECT_TRUE(stream.End().ok());
  EXPECT_EQ(StatusOf("hr1").backlog_messages(), 0);
  EXPECT_TRUE(Pull("hr1").empty());
}

TEST_F(SubscriberTest, DataIsJsonWhereTheLabelSaysSo) {
  Create("bi1", "labels { key: 'format' value: 'json' }");
  Open();
  const auto messages = Pull("bi1");
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.front().message().attributes().at("content-type"), "application/json");
  EXPECT_THAT(messages.front().message().data(), ::testing::HasSubstr("\"supportPlanOpened\":"));
}

TEST_F(SubscriberTest, TheTraceOfACommandReachesTheEvent) {
  Create("hr1");
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  auto metadata = testing::MetadataOf(testing::Tutor());
  metadata.emplace("traceparent", trace);
  const auto request = testing::OpenRequest();
  ASSERT_TRUE(client()
                  .CallBytes(testing::RpcClient::PathOf(testing::MethodFor(request)), metadata,
                             request.SerializeAsString())
                  .ok());
  const auto messages = Pull("hr1");
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.front().message().attributes().at("traceparent"), trace);
}

TEST_F(SubscriberTest, ExactlyOnceConfirmsWhatIsSafeAndRefusesTheRest) {
  Create("pay", "enable_exactly_once_delivery: true enable_message_ordering: true");
  const size_t opened = static_cast<size_t>(Open().revision());
  PullClient stream(server_.grpc_address());
  stream.Send(First("pay"));
  const auto messages = stream.Messages(opened);
  ASSERT_GE(messages.size(), 2U);
  // Out of order in one request: both count.
  PullClient::Request acks;
  acks.add_ack_ids(messages[1].ack_id());
  acks.add_ack_ids(messages[0].ack_id());
  stream.Send(acks);
  auto response = stream.Next();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->acknowledge_confirmation().ack_ids_size(), 2);
  EXPECT_TRUE(response->subscription_properties().exactly_once_delivery_enabled());
  // After a seek they are invalid.
  pubsub::SeekRequest seek;
  seek.set_subscription(SubscriptionName("pay"));
  seek.mutable_time()->set_seconds(0);
  ASSERT_TRUE(client().Read<pubsub::SeekResponse>(seek).ok());
  stream.Acknowledge(messages[1].ack_id());
  while ((response = stream.Next()).has_value() && !response->has_acknowledge_confirmation()) {
  }
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->acknowledge_confirmation().invalid_ack_ids_size(), 1);
  pubsub::AcknowledgeRequest unary;
  unary.set_subscription(SubscriptionName("pay"));
  unary.add_ack_ids(messages[1].ack_id());
  const absl::Status refused = Try(unary);
  ExpectError(refused, StatusCode::kFailedPrecondition, "ACK_IDS_FAILED");
  EXPECT_EQ(testing::ErrorMetadataOf(refused, messages[1].ack_id()),
            "PERMANENT_FAILURE_INVALID_ACK_ID");
  // With one that counts beside it the code is another: clients then ask for that one again.
  stream.End();
  ASSERT_TRUE(client().Read<pubsub::SeekResponse>(seek).ok());
  const auto fresh = Pull("pay", 1);
  ASSERT_EQ(fresh.size(), 1U);
  unary.add_ack_ids(fresh.front().ack_id());
  ExpectError(Try(unary), StatusCode::kAborted, "ACK_IDS_FAILED");
  unary.mutable_ack_ids()->DeleteSubrange(0, 1);
  EXPECT_TRUE(Try(unary).ok());
}

TEST_F(SubscriberTest, TwoStreamsShareAndEachPlanStaysInOrder) {
  Create("hr1", "enable_message_ordering: true");
  PullClient ann(server_.grpc_address());
  PullClient ben(server_.grpc_address());
  auto first = First("hr1");
  first.set_max_outstanding_messages(1);
  ann.Send(first);
  ben.Send(first);
  while (StatusOf("hr1").consumers() < 2) std::this_thread::yield();
  const std::string one = Open().name();
  const std::string other = Open().name();
  // Each gets one plan's first event, and while it has that the other gets none of the plan.
  const auto of_ann = ann.Messages(1);
  const auto of_ben = ben.Messages(1);
  ASSERT_EQ(of_ann.size() + of_ben.size(), 2U);
  const std::string ann_has = of_ann.front().message().ordering_key();
  const std::string ben_has = of_ben.front().message().ordering_key();
  EXPECT_EQ(std::minmax(ann_has, ben_has), std::minmax(one, other));
  EXPECT_EQ(of_ann.front().message().attributes().at("sequence"), "1");
  EXPECT_EQ(of_ben.front().message().attributes().at("sequence"), "1");
  ann.Acknowledge(of_ann.front().ack_id());
  const auto second = ann.Messages(1);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second.front().message().ordering_key(), ann_has);
  EXPECT_EQ(second.front().message().attributes().at("sequence"), "2");
}

TEST_F(SubscriberTest, AMessageGivenBackFiveTimesIsADeadLetter) {
  CreateWithDeadLetters("hr1", "failed");
  Create("clerk", absl::StrCat("topic: '", TopicName("failed"), "'"));
  const int events = static_cast<int>(Open().revision());
  EXPECT_EQ(GiveUp("hr1"), 5);
  EXPECT_EQ(static_cast<int>(Pull("clerk").size()), events);
  EXPECT_EQ(StatusOf("hr1").dead_letters(), events);
}

TEST_F(SubscriberTest, APullWaitsForAnEvent) {
  Create("hr1");
  PullClient stream(server_.grpc_address());
  pubsub::PullRequest request;
  request.set_subscription(SubscriptionName("hr1"));
  request.set_max_messages(1);
  auto pulled =
      std::async(std::launch::async, [&] { return client().Read<pubsub::PullResponse>(request); });
  while (StatusOf("hr1").consumers() == 0) std::this_thread::yield();
  Open();
  const auto response = pulled.get();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->received_messages_size(), 1);
}

TEST_F(SubscriberTest, StreamsThatBeginWrongAreRefused) {
  Create("hr1");
  const auto try_first = [&](const PullClient::Request& request) {
    return client().CallStream(kStream, request.SerializeAsString()).status();
  };
  ExpectError(try_first({}), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(try_first(First("none")), StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND");
  for (const int seconds : {-1, 0, 9, 601}) {
    auto request = First("hr1");
    request.set_stream_ack_deadline_seconds(seconds);
    ExpectError(try_first(request), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  }
  auto request = First("hr1");
  request.add_modify_deadline_ack_ids("x");
  ExpectError(try_first(request), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  request.add_modify_deadline_seconds(-1);
  ExpectError(try_first(request), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(client().CallStream(kStream, "\xff\xff").status(), StatusCode::kInvalidArgument,
              "UNREADABLE_REQUEST");
  PullClient twice(server_.grpc_address());
  twice.Send(First("hr1"));
  twice.Send(First("hr1"));
  const grpc::Status status = twice.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOfStatus(status), "INVALID_REQUEST");
}

TEST_F(SubscriberTest, LimitsOfZeroAreNoLimits) {
  Create("hr1");
  PullClient stream(server_.grpc_address());
  auto first = First("hr1");
  first.set_max_outstanding_messages(0);
  first.set_max_outstanding_bytes(-1);
  stream.Send(first);
  const size_t events = static_cast<size_t>(Open().revision());
  EXPECT_EQ(stream.Messages(events).size(), events);
}

TEST_F(SubscriberTest, AStreamGetsNoMoreThanItsLimit) {
  Create("hr1");
  PullClient stream(server_.grpc_address());
  auto first = First("hr1");
  first.set_max_outstanding_messages(1);
  stream.Send(first);
  Open();
  const auto messages = stream.Messages(1);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(StatusOf("hr1").outstanding_messages(), 1);
  stream.Acknowledge(messages.front().ack_id());
  EXPECT_EQ(stream.Messages(1).size(), 1U);
}

TEST_F(SubscriberTest, BadAckIdsAndDeadlinesHaveNoEffect) {
  Create("hr1");
  Create("hr2");
  Open();
  const auto messages = Pull("hr1");
  pubsub::AcknowledgeRequest ack;
  ack.set_subscription(SubscriptionName("hr2"));
  ExpectError(Try(ack), StatusCode::kInvalidArgument, "ACK_ID_INVALID");
  ack.add_ack_ids("forged");
  ExpectError(Try(ack), StatusCode::kInvalidArgument, "ACK_ID_INVALID");
  ack.set_ack_ids(0, std::string(32, 'A'));
  EXPECT_TRUE(Try(ack).ok());
  // Another subscription's.
  ack.set_ack_ids(0, messages.front().ack_id());
  EXPECT_TRUE(Try(ack).ok());
  EXPECT_EQ(Pull("hr2").size(), messages.size());
  ack.set_subscription(SubscriptionName("none"));
  ExpectError(Try(ack), StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND");
  for (const int seconds : {-1, 601}) {
    pubsub::ModifyAckDeadlineRequest modify;
    modify.set_subscription(SubscriptionName("hr1"));
    modify.add_ack_ids(messages.front().ack_id());
    modify.set_ack_deadline_seconds(seconds);
    ExpectError(Try(modify), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  }
  pubsub::PullRequest pull;
  pull.set_subscription(SubscriptionName("hr1"));
  ExpectError(client().Read<pubsub::PullResponse>(pull).status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
  pubsub::SeekRequest seek;
  seek.set_subscription(SubscriptionName("hr1"));
  ExpectError(client().Read<pubsub::SeekResponse>(seek).status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
  seek.mutable_time()->set_seconds(253'402'300'799);
  EXPECT_TRUE(client().Read<pubsub::SeekResponse>(seek).ok());
  EXPECT_EQ(StatusOf("hr1").backlog_messages(), 0);
}

TEST_F(SubscriberTest, AStreamEndsWhenItsSubscriptionGoesOrTheServerDoes) {
  Create("hr1");
  Create("hr2");
  PullClient deleted(server_.grpc_address());
  PullClient stopped(server_.grpc_address());
  deleted.Send(First("hr1"));
  stopped.Send(First("hr2"));
  while (StatusOf("hr1").consumers() == 0 || StatusOf("hr2").consumers() == 0) {
    std::this_thread::yield();
  }
  pubsub::DeleteSubscriptionRequest request;
  request.set_subscription(SubscriptionName("hr1"));
  ASSERT_TRUE(Try(request).ok());
  EXPECT_EQ(deleted.Finish().error_code(), grpc::StatusCode::NOT_FOUND);
  server_.Stop();
  EXPECT_EQ(stopped.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(SubscriberTest, SubscriptionsAndSnapshotsAreListedInPages) {
  for (const char* const id : {"aaa", "bbb", "ccc"}) Create(id);
  pubsub::ListSubscriptionsRequest request;
  request.set_project("projects/trellis");
  request.set_page_size(2);
  auto page = client().Read<pubsub::ListSubscriptionsResponse>(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->subscriptions_size(), 2);
  request.set_page_token(page->next_page_token());
  page = client().Read<pubsub::ListSubscriptionsResponse>(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->subscriptions_size(), 1);
  EXPECT_EQ(page->subscriptions(0).name(), SubscriptionName("ccc"));
  EXPECT_EQ(page->next_page_token(), "");
  request.set_project("projects/other");
  ExpectError(client().Read<pubsub::ListSubscriptionsResponse>(request).status(),
              StatusCode::kNotFound, "PROJECT_NOT_FOUND");
  request.set_project("trellis");
  ExpectError(client().Read<pubsub::ListSubscriptionsResponse>(request).status(),
              StatusCode::kInvalidArgument, "NAME_INVALID");
}

}  // namespace
}  // namespace trellis::services
