#include "services/publisher_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status_macros.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "queue/names.h"
#include "services/pages.h"

namespace trellis::services {
namespace {

namespace pubsub = google::pubsub::v1;
using queue::Queue;

// Whatever ledger the server has: whoever does not know its name learns it so.
constexpr char kAnyProject[] = "projects/-";

using Names = google::protobuf::RepeatedPtrField<std::string>;

template <typename Request, typename Answer>
Handler Answered(Queue& queue, Answer answer) {
  return Unary<Request>(
      [&queue, answer](Call call, const Request& request) { call.Answer(answer(queue, request)); });
}

// Fails whatever the request says: there is nothing that it could be right about.
template <typename Request>
Handler Refused(absl::string_view reason, absl::string_view message) {
  return Unary<Request>([error = Error(absl::StatusCode::kUnimplemented, reason, message)](
                            Call call, const Request&) { call.Fail(error); });
}

// By name, but `first` before all others.
struct Order {
  std::string first;
  bool operator()(const std::string& a, const std::string& b) const {
    return std::pair(a != first, a) < std::pair(b != first, b);
  }
};

// Puts those of `names`, which are in `order`, that are on the page into `page`, and returns the
// token of the next page.
template <typename Request>
absl::StatusOr<std::string> TakePage(const Request& request, std::vector<std::string> names,
                                     const Order& order, Names& page) {
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  auto name =
      after.empty() ? names.begin() : std::upper_bound(names.begin(), names.end(), after, order);
  const int size = PageSize(request.page_size(), kPageSizeByDefault);
  for (; name != names.end() && page.size() < size; ++name) page.Add(std::move(*name));
  return name == names.end() ? std::string() : PageToken(request, page[page.size() - 1]);
}

pubsub::Topic TopicNamed(const std::string& name) {
  pubsub::Topic topic;
  topic.set_name(name);
  topic.set_state(pubsub::Topic::ACTIVE);
  return topic;
}

absl::StatusOr<pubsub::Topic> GetTopic(Queue& queue, const pubsub::GetTopicRequest& request) {
  RETURN_IF_ERROR(queue.FindTopic(request.topic()).status());
  return TopicNamed(request.topic());
}

absl::StatusOr<pubsub::ListTopicsResponse> ListTopics(Queue& queue,
                                                      const pubsub::ListTopicsRequest& request) {
  if (request.project() != kAnyProject) {
    RETURN_IF_ERROR(queue::CheckProject(queue.ledger(), request.project()));
  }
  pubsub::ListTopicsResponse response;
  Names names;
  ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      TakePage(request, queue.ListTopics(), {.first = queue::EventsTopic(queue.ledger())}, names));
  for (const std::string& name : names) *response.add_topics() = TopicNamed(name);
  return response;
}

absl::StatusOr<pubsub::ListTopicSubscriptionsResponse> ListTopicSubscriptions(
    Queue& queue, const pubsub::ListTopicSubscriptionsRequest& request) {
  ASSIGN_OR_RETURN(const auto topic, queue.FindTopic(request.topic()));
  std::vector<std::string> names;
  for (const auto& subscription : queue.List()) {
    if (subscription->topic() == topic) names.push_back(subscription->settings().name());
  }
  pubsub::ListTopicSubscriptionsResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   TakePage(request, std::move(names), {}, *response.mutable_subscriptions()));
  return response;
}

absl::StatusOr<pubsub::ListTopicSnapshotsResponse> ListTopicSnapshots(
    Queue& queue, const pubsub::ListTopicSnapshotsRequest& request) {
  RETURN_IF_ERROR(queue.FindTopic(request.topic()).status());
  ASSIGN_OR_RETURN(const std::vector<pubsub::Snapshot> snapshots, queue.ListSnapshots());
  std::vector<std::string> names;
  for (const pubsub::Snapshot& snapshot : snapshots) {
    if (snapshot.topic() == request.topic()) names.push_back(snapshot.name());
  }
  pubsub::ListTopicSnapshotsResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   TakePage(request, std::move(names), {}, *response.mutable_snapshots()));
  return response;
}

// What an owner might do to a topic, and what to do instead.
constexpr char kTopicsFixed[] = "TOPICS_ARE_FIXED";

}  // namespace

std::map<std::string, Handler> PublisherHandlers(Queue& queue) {
  return {
      {"CreateTopic",
       Refused<pubsub::Topic>(kTopicsFixed,
                              "topics are not made by clients: the topic of the events is there, "
                              "and a subscription's dead_letter_policy makes the topic it names")},
      {"UpdateTopic", Refused<pubsub::UpdateTopicRequest>(
                          kTopicsFixed, "a topic has no settings: set those of its subscriptions")},
      {"Publish",
       Refused<pubsub::PublishRequest>("PUBLISH_NOT_SERVED",
                                       "events come from commands: call SupportPlanService, and "
                                       "the topic of the events has what was recorded")},
      {"GetTopic", Answered<pubsub::GetTopicRequest>(queue, GetTopic)},
      {"ListTopics", Answered<pubsub::ListTopicsRequest>(queue, ListTopics)},
      {"ListTopicSubscriptions",
       Answered<pubsub::ListTopicSubscriptionsRequest>(queue, ListTopicSubscriptions)},
      {"ListTopicSnapshots",
       Answered<pubsub::ListTopicSnapshotsRequest>(queue, ListTopicSnapshots)},
      {"DeleteTopic",
       Refused<pubsub::DeleteTopicRequest>(
           kTopicsFixed, "a topic stays: events are kept for ever, and dead letters with them")},
      {"DetachSubscription",
       Refused<pubsub::DetachSubscriptionRequest>(
           kTopicsFixed, "a subscription keeps its topic: call DeleteSubscription")},
  };
}

}  // namespace trellis::services
