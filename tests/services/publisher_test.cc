// Topics are read, and nothing is done to them; what the comments of Pub/Sub's interface promise of
// its services.
#include "tests/services/queue_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using testing::BadFieldsOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PublisherTest : public QueueServicesTest {
 protected:
  absl::StatusOr<pubsub::ListTopicsResponse> ListTopics(const std::string& text) {
    return client().Read<pubsub::ListTopicsResponse>(
        testing::ParseText<pubsub::ListTopicsRequest>(text));
  }
  static std::vector<std::string> NamesOf(const pubsub::ListTopicsResponse& list) {
    std::vector<std::string> names;
    for (const pubsub::Topic& topic : list.topics()) names.push_back(topic.name());
    return names;
  }
  // Likewise for the lists of names, page by page.
  template <typename Response, typename Request>
  std::vector<std::string> AllNames(Request request, int page_size) {
    std::vector<std::string> names;
    request.set_page_size(page_size);
    do {
      const auto page = client().Read<Response>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      const auto& of_page = Names(*page);
      EXPECT_LE(of_page.size(), page_size == 0 ? 100 : page_size);
      names.insert(names.end(), of_page.begin(), of_page.end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  static const auto& Names(const pubsub::ListTopicSubscriptionsResponse& page) {
    return page.subscriptions();
  }
  static const auto& Names(const pubsub::ListTopicSnapshotsResponse& page) {
    return page.snapshots();
  }
};

TEST_F(PublisherTest, TheEventsAreATopicFromTheBeginning) {
  pubsub::GetTopicRequest request;
  request.set_topic(TopicName("events"));
  const auto topic = client().Read<pubsub::Topic>(request);
  ASSERT_TRUE(topic.ok()) << topic.status();
  EXPECT_EQ(topic->name(), "projects/trellis/topics/events");
  EXPECT_EQ(topic->state(), pubsub::Topic::ACTIVE);
}

TEST_F(PublisherTest, ADeadLetterPolicyMakesATopic) {
  pubsub::GetTopicRequest request;
  request.set_topic(TopicName("failed"));
  ExpectError(client().Read<pubsub::Topic>(request).status(), StatusCode::kNotFound,
              "TOPIC_NOT_FOUND");
  CreateWithDeadLetters("hrs", "failed");
  EXPECT_TRUE(client().Read<pubsub::Topic>(request).ok());
}

TEST_F(PublisherTest, TopicsAreListedInPagesTheEventsFirst) {
  CreateWithDeadLetters("one", "zebra");
  CreateWithDeadLetters("two", "antelope");
  const std::vector<std::string> all = {TopicName("events"), TopicName("antelope"),
                                        TopicName("zebra")};
  EXPECT_EQ(NamesOf(*ListTopics("project: 'projects/trellis'")), all);
  for (const int size : {1, 2, 3, 1000, 5000}) {
    std::vector<std::string> names;
    std::string token;
    do {
      const auto page = ListTopics(absl::StrCat("project: 'projects/trellis' page_size: ", size,
                                                " page_token: '", token, "'"));
      ASSERT_TRUE(page.ok()) << page.status();
      for (const std::string& name : NamesOf(*page)) names.push_back(name);
      token = page->next_page_token();
    } while (!token.empty());
    EXPECT_EQ(names, all) << size;
  }
}

TEST_F(PublisherTest, WhoeverDoesNotKnowTheLedgersNameLearnsIt) {
  const auto topics = ListTopics("project: 'projects/-'");
  ASSERT_TRUE(topics.ok()) << topics.status();
  EXPECT_THAT(NamesOf(*topics), ElementsAre("projects/trellis/topics/events"));
}

TEST_F(PublisherTest, OtherLedgersAndWhatIsNoNameAreToldApart) {
  ExpectError(ListTopics("project: 'projects/other'").status(), StatusCode::kNotFound,
              "PROJECT_NOT_FOUND");
  for (const char* const name : {"", "trellis", "projects/trellis/topics/events", "projects/"}) {
    const absl::Status status = ListTopics(absl::StrCat("project: '", name, "'")).status();
    EXPECT_FALSE(status.ok()) << name;
    ExpectWellFormed(status);
  }
  pubsub::GetTopicRequest request;
  for (const char* const name : {"events", "projects/trellis/subscriptions/events",
                                 "projects/trellis/topics/goog", "projects/trellis/topics/e e"}) {
    request.set_topic(name);
    ExpectError(client().Read<pubsub::Topic>(request).status(), StatusCode::kInvalidArgument,
                "NAME_INVALID");
  }
}

TEST_F(PublisherTest, BadPagesAreRefusedInEveryList) {
  Create("hrs");
  const auto expect_bad = [](const absl::Status& status) {
    ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre("page_size"));
  };
  expect_bad(ListTopics("project: 'projects/trellis' page_size: -1").status());
  const std::string topic = "topic: 'projects/trellis/topics/events' page_size: -7";
  expect_bad(client()
                 .Read<pubsub::ListTopicSubscriptionsResponse>(
                     testing::ParseText<pubsub::ListTopicSubscriptionsRequest>(topic))
                 .status());
  expect_bad(client()
                 .Read<pubsub::ListTopicSnapshotsResponse>(
                     testing::ParseText<pubsub::ListTopicSnapshotsRequest>(topic))
                 .status());
  const std::string project = "project: 'projects/trellis' page_size: -2147483648";
  expect_bad(client()
                 .Read<pubsub::ListSubscriptionsResponse>(
                     testing::ParseText<pubsub::ListSubscriptionsRequest>(project))
                 .status());
  expect_bad(client()
                 .Read<pubsub::ListSnapshotsResponse>(
                     testing::ParseText<pubsub::ListSnapshotsRequest>(project))
                 .status());
  ExpectError(ListTopics("project: 'projects/trellis' page_token: 'x'").status(),
              StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
}

TEST_F(PublisherTest, SubscriptionsAndSnapshotsOfATopicAreListedByName) {
  CreateWithDeadLetters("to-the-events", "failed");
  Create("to-the-failed", "topic: '" + TopicName("failed") + "'");
  std::vector<std::string> of_events = {SubscriptionName("to-the-events")};
  for (int i = 0; i < 5; ++i) {
    const std::string id = absl::StrCat("also-", i);
    Create(id);
    of_events.push_back(SubscriptionName(id));
    pubsub::CreateSnapshotRequest snapshot;
    snapshot.set_name(absl::StrCat("projects/trellis/snapshots/snap-", i));
    snapshot.set_subscription(SubscriptionName(i == 4 ? "to-the-failed" : id));
    EXPECT_TRUE(client().Read<pubsub::Snapshot>(snapshot).ok());
  }
  std::sort(of_events.begin(), of_events.end());
  for (const int page_size : {0, 1, 4, 1000}) {
    pubsub::ListTopicSubscriptionsRequest subscriptions;
    subscriptions.set_topic(TopicName("events"));
    EXPECT_EQ(AllNames<pubsub::ListTopicSubscriptionsResponse>(subscriptions, page_size),
              of_events);
    subscriptions.set_topic(TopicName("failed"));
    EXPECT_THAT(AllNames<pubsub::ListTopicSubscriptionsResponse>(subscriptions, page_size),
                ElementsAre(SubscriptionName("to-the-failed")));
    pubsub::ListTopicSnapshotsRequest snapshots;
    snapshots.set_topic(TopicName("events"));
    EXPECT_THAT(
        AllNames<pubsub::ListTopicSnapshotsResponse>(snapshots, page_size),
        ElementsAre("projects/trellis/snapshots/snap-0", "projects/trellis/snapshots/snap-1",
                    "projects/trellis/snapshots/snap-2", "projects/trellis/snapshots/snap-3"));
    snapshots.set_topic(TopicName("failed"));
    EXPECT_THAT(AllNames<pubsub::ListTopicSnapshotsResponse>(snapshots, page_size),
                ElementsAre("projects/trellis/snapshots/snap-4"));
  }
  pubsub::ListTopicSubscriptionsRequest none;
  none.set_topic(TopicName("nothing"));
  ExpectError(client().Read<pubsub::ListTopicSubscriptionsResponse>(none).status(),
              StatusCode::kNotFound, "TOPIC_NOT_FOUND");
}

TEST_F(PublisherTest, AListGoesOnWhereANameHasGoneMeanwhile) {
  for (const char* const id : {"aaa", "bbb", "ccc"}) Create(id);
  pubsub::ListTopicSubscriptionsRequest request;
  request.set_topic(TopicName("events"));
  request.set_page_size(2);
  const auto first = client().Read<pubsub::ListTopicSubscriptionsResponse>(request);
  ASSERT_TRUE(first.ok()) << first.status();
  pubsub::DeleteSubscriptionRequest gone;
  gone.set_subscription(SubscriptionName("bbb"));
  EXPECT_TRUE(client().Read<Empty>(gone).ok());
  request.set_page_token(first->next_page_token());
  const auto second = client().Read<pubsub::ListTopicSubscriptionsResponse>(request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(second->subscriptions(), ElementsAre(SubscriptionName("ccc")));
}

TEST_F(PublisherTest, WhatIsDoneToTopicsElsewhereIsRefusedWithWhatToDo) {
  const int64_t before = WriteOne();
  const auto expect_refused = [&](const google::protobuf::Message& request,
                                  const std::string& reason, const std::string& instead) {
    const absl::Status status = client().Read<Empty>(request).status();
    ExpectError(status, StatusCode::kUnimplemented, reason);
    EXPECT_THAT(std::string(status.message()), HasSubstr(instead));
  };
  pubsub::Topic topic;
  topic.set_name(TopicName("mine"));
  expect_refused(topic, "TOPICS_ARE_FIXED", "dead_letter_policy");
  pubsub::UpdateTopicRequest update;
  *update.mutable_topic() = topic;
  expect_refused(update, "TOPICS_ARE_FIXED", "settings");
  pubsub::PublishRequest publish;
  publish.set_topic(TopicName("events"));
  publish.add_messages()->set_data("x");
  expect_refused(publish, "PUBLISH_NOT_SERVED", "SupportPlanService");
  pubsub::DeleteTopicRequest remove;
  remove.set_topic(TopicName("events"));
  expect_refused(remove, "TOPICS_ARE_FIXED", "for ever");
  pubsub::DetachSubscriptionRequest detach;
  detach.set_subscription(SubscriptionName("hrs"));
  expect_refused(detach, "TOPICS_ARE_FIXED", "DeleteSubscription");

  EXPECT_THAT(NamesOf(*ListTopics("project: 'projects/trellis'")),
              ElementsAre(TopicName("events")));
  EXPECT_EQ(WriteOne(), before + 1);
}

TEST_F(PublisherTest, AnEmptyPushConfigurationMeansPullAndAnotherIsRefused) {
  Create("hrs");
  pubsub::ModifyPushConfigRequest request;
  request.set_subscription(SubscriptionName("hrs"));
  EXPECT_TRUE(client().Read<Empty>(request).ok());
  (*request.mutable_push_config()->mutable_attributes())["x-goog-version"] = "v1";
  EXPECT_TRUE(client().Read<Empty>(request).ok()) << "without an address it has no effect";
  request.mutable_push_config()->set_push_endpoint("https://example.org/push");
  ExpectError(client().Read<Empty>(request).status(), StatusCode::kUnimplemented,
              "PUSH_NOT_SERVED");
  request.clear_push_config();
  request.set_subscription(SubscriptionName("none"));
  ExpectError(client().Read<Empty>(request).status(), StatusCode::kNotFound,
              "SUBSCRIPTION_NOT_FOUND");
}

TEST_F(PublisherTest, ASubscriptionWithASettingThatTrellisLacksIsRefused) {
  pubsub::Subscription settings;
  settings.set_name(SubscriptionName("lake"));
  settings.set_topic(TopicName("events"));
  // Google's bigquery_config, and what its dead letter policy may have one day.
  settings.GetReflection()->MutableUnknownFields(&settings)->AddLengthDelimited(18, "table");
  auto& policy = *settings.mutable_dead_letter_policy();
  policy.set_dead_letter_topic(TopicName("failed"));
  policy.GetReflection()->MutableUnknownFields(&policy)->AddVarint(9, 1);
  absl::Status status = client().Read<pubsub::Subscription>(settings).status();
  ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_THAT(BadFieldsOf(status),
              ElementsAre("Subscription field 18", "DeadLetterPolicy field 9"));
  EXPECT_EQ(ListTopics("project: 'projects/trellis'")->topics_size(), 1);

  Create("lake");
  pubsub::UpdateSubscriptionRequest update;
  *update.mutable_subscription() = settings;
  update.mutable_update_mask()->add_paths("labels");
  status = client().Read<pubsub::Subscription>(update).status();
  ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
}

TEST_F(PublisherTest, NoRequestIsTooOdd) {
  for (const char* const method :
       {"CreateTopic", "UpdateTopic", "Publish", "GetTopic", "ListTopics", "ListTopicSubscriptions",
        "ListTopicSnapshots", "DeleteTopic", "DetachSubscription"}) {
    const std::string path = absl::StrCat("/google.pubsub.v1.Publisher/", method);
    for (const std::string& bytes : {std::string(), std::string("\xff"), std::string(4000, '\x0b'),
                                     std::string("\x0a\x03\xff\xfe\xfd")}) {
      const auto answer = client().CallBytes(path, {}, bytes);
      EXPECT_FALSE(answer.ok()) << method;
      ExpectWellFormed(answer.status());
    }
  }
}

}  // namespace
}  // namespace trellis::services
