#include "services/subscriber_service.h"

#include <google/protobuf/empty.pb.h>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "google/rpc/error_details.pb.h"
#include "queue/ack_id.h"
#include "queue/names.h"
#include "services/pages.h"
#include "services/pull_call.h"
#include "services/pull_stream.h"

namespace trellis::services {
namespace {

namespace pubsub = google::pubsub::v1;
using google::protobuf::Empty;
using queue::AckResult;
using queue::Queue;

constexpr int kDeadlineMax = 600;

template <typename Request, typename Answer>
Handler Answered(Queue& queue, Answer answer) {
  return Unary<Request>(
      [&queue, answer](Call call, const Request& request) { call.Answer(answer(queue, request)); });
}

absl::StatusOr<Empty> EmptyIf(const absl::Status& status) {
  if (!status.ok()) return status;
  return Empty();
}

// Adds the fields of `message` that its type does not have.
void FindUnknownFields(const google::protobuf::Message& message,
                       std::vector<FieldViolation>& violations) {
  const auto& reflection = *message.GetReflection();
  const auto& unknown = reflection.GetUnknownFields(message);
  for (int i = 0; i < unknown.field_count(); ++i) {
    violations.push_back(
        {absl::StrCat(message.GetDescriptor()->name(), " field ", unknown.field(i).number()),
         "got one, want none: Trellis does not have this setting"});
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* const field : fields) {
    if (field->is_repeated() || field->message_type() == nullptr) continue;
    FindUnknownFields(reflection.GetMessage(message, field), violations);
  }
}

// A setting that is not known cannot be kept, and to do without it silently would be a surprise.
absl::Status CheckKnown(const pubsub::Subscription& settings) {
  std::vector<FieldViolation> violations;
  FindUnknownFields(settings, violations);
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

absl::StatusOr<pubsub::Subscription> CreateSubscription(Queue& queue,
                                                        const pubsub::Subscription& settings) {
  RETURN_IF_ERROR(CheckKnown(settings));
  return queue.Create(settings);
}

absl::StatusOr<pubsub::Subscription> UpdateSubscription(
    Queue& queue, const pubsub::UpdateSubscriptionRequest& request) {
  RETURN_IF_ERROR(CheckKnown(request.subscription()));
  return queue.Update(request.subscription(), request.update_mask());
}

absl::StatusOr<pubsub::Subscription> GetSubscription(
    Queue& queue, const pubsub::GetSubscriptionRequest& request) {
  ASSIGN_OR_RETURN(const auto subscription, queue.Find(request.subscription()));
  return subscription->settings();
}

absl::StatusOr<pubsub::ListSubscriptionsResponse> ListSubscriptions(
    Queue& queue, const pubsub::ListSubscriptionsRequest& request) {
  RETURN_IF_ERROR(queue::CheckProject(queue.ledger(), request.project()));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  pubsub::ListSubscriptionsResponse response;
  for (const auto& subscription : queue.List()) {
    pubsub::Subscription settings = subscription->settings();
    if (settings.name() <= after) continue;
    if (response.subscriptions_size() == PageSize(request.page_size(), kPageSizeByDefault)) {
      response.set_next_page_token(
          PageToken(request, response.subscriptions(response.subscriptions_size() - 1).name()));
      break;
    }
    *response.add_subscriptions() = std::move(settings);
  }
  return response;
}

absl::StatusOr<pubsub::ListSnapshotsResponse> ListSnapshots(
    Queue& queue, const pubsub::ListSnapshotsRequest& request) {
  RETURN_IF_ERROR(queue::CheckProject(queue.ledger(), request.project()));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  ASSIGN_OR_RETURN(std::vector<pubsub::Snapshot> snapshots, queue.ListSnapshots());
  pubsub::ListSnapshotsResponse response;
  for (pubsub::Snapshot& snapshot : snapshots) {
    if (snapshot.name() <= after) continue;
    if (response.snapshots_size() == PageSize(request.page_size(), kPageSizeByDefault)) {
      response.set_next_page_token(
          PageToken(request, response.snapshots(response.snapshots_size() - 1).name()));
      break;
    }
    *response.add_snapshots() = std::move(snapshot);
  }
  return response;
}

absl::StatusOr<pubsub::SeekResponse> Seek(Queue& queue, const pubsub::SeekRequest& request) {
  absl::Status status;
  switch (request.target_case()) {
    case pubsub::SeekRequest::kTime:
      status = queue.SeekToTime(request.subscription(), FromTimestamp(request.time()));
      break;
    case pubsub::SeekRequest::kSnapshot:
      status = queue.SeekToSnapshot(request.subscription(), request.snapshot());
      break;
    case pubsub::SeekRequest::TARGET_NOT_SET:
      status = InvalidRequest({{"target", "got none, want time or snapshot"}});
      break;
  }
  if (!status.ok()) return status;
  return pubsub::SeekResponse();
}

// The ids of a request, if each is one.
absl::StatusOr<std::vector<absl::string_view>> AckIds(
    const google::protobuf::RepeatedPtrField<std::string>& ack_ids) {
  std::vector<FieldViolation> violations;
  if (ack_ids.empty()) violations.push_back({"ack_ids", "got none, want one or more"});
  for (int i = 0; i < ack_ids.size(); ++i) {
    if (queue::ParseAckId(ack_ids[i]).has_value()) continue;
    violations.push_back(
        {absl::StrCat("ack_ids[", i, "]"),
         absl::StrCat("got ", ack_ids[i].size(), " characters that are no ack id of this server")});
  }
  if (!violations.empty()) return InvalidRequest(violations, "ACK_ID_INVALID");
  return std::vector<absl::string_view>(ack_ids.begin(), ack_ids.end());
}

// The answer where delivery is exactly once: which ids failed, in the form that the official
// clients read. For the ids that it does not name they go by the code: after ABORTED they try those
// again, and are told that they are done.
absl::Status FailedIds(const std::vector<std::pair<std::string, const char*>>& failed,
                       size_t asked) {
  if (failed.empty()) return absl::OkStatus();
  return Error(
      failed.size() < asked ? absl::StatusCode::kAborted : absl::StatusCode::kFailedPrecondition,
      "ACK_IDS_FAILED",
      absl::StrCat(failed.size(), " of ", asked, " ack ids had no effect: their leases are over"),
      ErrorMetadata(failed.begin(), failed.end()));
}

constexpr char kPermanent[] = "PERMANENT_FAILURE_INVALID_ACK_ID";
constexpr char kTransient[] = "TRANSIENT_FAILURE_UNORDERED_ACK_ID";

void Acknowledge(Queue& queue, Call call, const pubsub::AcknowledgeRequest& request) {
  const auto subscription = queue.Find(request.subscription());
  if (!subscription.ok()) return call.Fail(subscription.status());
  const auto ids = AckIds(request.ack_ids());
  if (!ids.ok()) return call.Fail(ids.status());
  const bool exactly_once = (*subscription)->settings().enable_exactly_once_delivery();
  (*subscription)
      ->Acknowledge(*ids, [call, exactly_once, ack_ids = request.ack_ids()](
                              const absl::Status& status, const std::vector<AckResult>& results) {
        if (!status.ok()) return call.Fail(status);
        std::vector<std::pair<std::string, const char*>> failed;
        for (int i = 0; exactly_once && i < ack_ids.size(); ++i) {
          const AckResult result = results[static_cast<size_t>(i)];
          if (result == AckResult::kDone) continue;
          failed.emplace_back(ack_ids[i], result == AckResult::kEarly ? kTransient : kPermanent);
        }
        call.Answer(EmptyIf(FailedIds(failed, results.size())));
      });
}

absl::StatusOr<Empty> ModifyAckDeadline(Queue& queue,
                                        const pubsub::ModifyAckDeadlineRequest& request) {
  ASSIGN_OR_RETURN(const auto subscription, queue.Find(request.subscription()));
  const int seconds = request.ack_deadline_seconds();
  if (seconds < 0 || seconds > kDeadlineMax) {
    return InvalidRequest(
        {{"ack_deadline_seconds", absl::StrCat("got ", seconds, ", want 0 to ", kDeadlineMax)}});
  }
  ASSIGN_OR_RETURN(const std::vector<absl::string_view> ids, AckIds(request.ack_ids()));
  const std::vector<bool> held = subscription->ModifyLeases(ids, absl::Seconds(seconds));
  std::vector<std::pair<std::string, const char*>> failed;
  if (subscription->settings().enable_exactly_once_delivery()) {
    for (size_t i = 0; i < ids.size(); ++i) {
      if (!held[i]) failed.emplace_back(std::string(ids[i]), kPermanent);
    }
  }
  return EmptyIf(FailedIds(failed, ids.size()));
}

absl::StatusOr<Empty> ModifyPushConfig(Queue& queue,
                                       const pubsub::ModifyPushConfigRequest& request) {
  RETURN_IF_ERROR(queue.Find(request.subscription()).status());
  // An empty one means pull, which it does already.
  if (request.push_config().push_endpoint().empty()) return Empty();
  return Error(absl::StatusCode::kUnimplemented, "PUSH_NOT_SERVED",
               "got a push configuration, want none: consumers pull");
}

}  // namespace

std::map<std::string, Handler> SubscriberHandlers(Queue& queue) {
  return {
      {"CreateSubscription", Answered<pubsub::Subscription>(queue, CreateSubscription)},
      {"GetSubscription", Answered<pubsub::GetSubscriptionRequest>(queue, GetSubscription)},
      {"UpdateSubscription",
       Answered<pubsub::UpdateSubscriptionRequest>(queue, UpdateSubscription)},
      {"ListSubscriptions", Answered<pubsub::ListSubscriptionsRequest>(queue, ListSubscriptions)},
      {"DeleteSubscription",
       Answered<pubsub::DeleteSubscriptionRequest>(
           queue, [](Queue& q, const auto& r) { return EmptyIf(q.Delete(r.subscription())); })},
      {"ModifyAckDeadline", Answered<pubsub::ModifyAckDeadlineRequest>(queue, ModifyAckDeadline)},
      {"Acknowledge", Unary<pubsub::AcknowledgeRequest>([&queue](Call call, const auto& request) {
         Acknowledge(queue, call, request);
       })},
      {"Pull", Unary<pubsub::PullRequest>(
                   [&queue](Call call, const auto& request) { Pull(queue, call, request); })},
      {"ModifyPushConfig", Answered<pubsub::ModifyPushConfigRequest>(queue, ModifyPushConfig)},
      {"GetSnapshot",
       Answered<pubsub::GetSnapshotRequest>(
           queue, [](Queue& q, const auto& r) { return q.FindSnapshot(r.snapshot()); })},
      {"ListSnapshots", Answered<pubsub::ListSnapshotsRequest>(queue, ListSnapshots)},
      {"CreateSnapshot", Answered<pubsub::CreateSnapshotRequest>(
                             queue, [](Queue& q, const auto& r) { return q.CreateSnapshot(r); })},
      {"UpdateSnapshot",
       Answered<pubsub::UpdateSnapshotRequest>(
           queue, [](Queue& q,
                     const auto& r) { return q.UpdateSnapshot(r.snapshot(), r.update_mask()); })},
      {"DeleteSnapshot",
       Answered<pubsub::DeleteSnapshotRequest>(
           queue, [](Queue& q, const auto& r) { return EmptyIf(q.DeleteSnapshot(r.snapshot())); })},
      {"Seek", Answered<pubsub::SeekRequest>(queue, Seek)},
  };
}

std::map<std::string, StreamHandler> SubscriberStreams(Queue& queue) {
  return {{"StreamingPull", [&queue](const Admission&) { return PullStream::Start(queue); }}};
}

}  // namespace trellis::services
