#include "clients/trellis/tail.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "audit/salvage.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"
#include "google/protobuf/empty.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::cli {
namespace {

namespace pubsub = google::pubsub::v1;

// The least that a subscription is kept; it goes sooner, unless this program is killed.
constexpr int64_t kExpirySeconds = 24 * 60 * 60;
// What is shown is acknowledged at once: the least there is will do.
constexpr int kLeaseSeconds = 10;

// What the command line says.
struct TailOptions {
  std::string subscription;
  std::string filter;
  std::string topic;
  bool ack = false;
  // Where to begin; without it, where the subscription is, or now.
  std::optional<absl::Time> from;
  int64_t count = std::numeric_limits<int64_t>::max();
};

absl::StatusOr<absl::Time> ParseFrom(const std::string& text) {
  if (text == "beginning") return absl::UnixEpoch();
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return time;
  return UsageError(absl::StrCat("--from: got \"", OneLine(text),
                                 "\", want beginning or a time such as 2026-09-14T09:30:00Z"));
}

absl::Status CheckTogether(const TailOptions& options) {
  if (options.subscription.empty()) {
    return options.ack ? UsageError("--ack: got no SUBSCRIPTION, want one to take part in")
                       : absl::OkStatus();
  }
  if (!options.filter.empty() || !options.topic.empty()) {
    return UsageError(absl::StrCat(options.filter.empty() ? "--topic" : "--filter",
                                   ": got a SUBSCRIPTION too, which has its own"));
  }
  if (options.ack && options.from.has_value()) {
    return UsageError("--from: got --ack too, want trellis queue seek before that");
  }
  return absl::OkStatus();
}

absl::StatusOr<TailOptions> ParseOptions(const Invocation& invocation) {
  const auto text = [&](absl::string_view flag) {
    const std::string* const value = invocation.Find(flag);
    return value == nullptr ? std::string() : *value;
  };
  TailOptions options;
  options.filter = text("filter");
  options.topic = text("topic");
  options.ack = text("ack") == "true";
  if (!invocation.positionals.empty()) options.subscription = invocation.positionals.front();
  if (invocation.Find("from") != nullptr) {
    ASSIGN_OR_RETURN(options.from, ParseFrom(text("from")));
  }
  if (invocation.Find("count") != nullptr &&
      (!absl::SimpleAtoi(text("count"), &options.count) || options.count < 1)) {
    return UsageError(
        absl::StrCat("--count: got \"", OneLine(text("count")), "\", want a number, 1 or more"));
  }
  RETURN_IF_ERROR(CheckTogether(options));
  return options;
}

// A subscription of our own, which goes with this object.
class OwnSubscription {
 public:
  explicit OwnSubscription(Session& session) : session_(session) {}

  // Makes it as `options` say.
  absl::Status Make(const TailOptions& options) {
    pubsub::Subscription settings;
    settings.set_filter(options.filter);
    settings.set_topic(options.topic);
    if (!options.subscription.empty()) {
      pubsub::GetSubscriptionRequest request;
      request.set_subscription(options.subscription);
      ASSIGN_OR_RETURN(const auto source,
                       session_.Ask<pubsub::Subscription>(
                           "google.pubsub.v1.Subscriber.GetSubscription", request));
      settings.set_filter(source.filter());
      settings.set_topic(source.topic());
    }
    const std::string id = absl::StrCat("tail-", UuidText(RandomUuid()));
    settings.set_name(id);
    settings.set_enable_message_ordering(true);
    settings.mutable_expiration_policy()->mutable_ttl()->set_seconds(kExpirySeconds);
    ASSIGN_OR_RETURN(const auto made,
                     session_.Ask<pubsub::Subscription>(
                         "google.pubsub.v1.Subscriber.CreateSubscription", settings));
    name_ = made.name();
    return Begin(options, id);
  }

  const std::string& name() const { return name_; }

  absl::Status Delete() {
    if (name_.empty()) return absl::OkStatus();
    pubsub::DeleteSubscriptionRequest request;
    request.set_subscription(name_);
    name_.clear();
    return session_
        .Ask<google::protobuf::Empty>("google.pubsub.v1.Subscriber.DeleteSubscription", request)
        .status();
  }

 private:
  // Goes to where it is to begin.
  absl::Status Begin(const TailOptions& options, const std::string& id) {
    pubsub::SeekRequest seek;
    seek.set_subscription(name_);
    if (options.from.has_value()) {
      *seek.mutable_time() = ToTimestamp(*options.from);
    } else if (!options.subscription.empty()) {
      pubsub::CreateSnapshotRequest request;
      request.set_name(id);
      request.set_subscription(options.subscription);
      ASSIGN_OR_RETURN(
          const auto snapshot,
          session_.Ask<pubsub::Snapshot>("google.pubsub.v1.Subscriber.CreateSnapshot", request));
      seek.set_snapshot(snapshot.name());
    } else {
      return absl::OkStatus();
    }
    const absl::Status sought =
        session_.Ask<pubsub::SeekResponse>("google.pubsub.v1.Subscriber.Seek", seek).status();
    if (!seek.has_snapshot()) return sought;
    pubsub::DeleteSnapshotRequest request;
    request.set_snapshot(seek.snapshot());
    const absl::Status deleted =
        session_.Ask<google::protobuf::Empty>("google.pubsub.v1.Subscriber.DeleteSnapshot", request)
            .status();
    return sought.ok() ? deleted : sought;
  }

  Session& session_;
  std::string name_;
};

const std::string& AttributeOf(const pubsub::PubsubMessage& message, const std::string& key) {
  static const auto* const none = new std::string();
  const auto found = message.attributes().find(key);
  return found == message.attributes().end() ? *none : found->second;
}

std::string Line(const pubsub::ReceivedMessage& received) {
  const pubsub::PubsubMessage& message = received.message();
  // Attempts are counted where there is a policy for dead letters.
  const std::string attempt =
      received.delivery_attempt() == 0 ? "-" : absl::StrCat(received.delivery_attempt());
  return absl::StrFormat("%8s  %s  %-38s  %s  %s\n", OneLine(message.message_id()),
                         LondonTimeText(message.publish_time()),
                         OneLine(AttributeOf(message, "ce-type")), OneLine(message.ordering_key()),
                         attempt);
}

// The event is written out, as what its stream's events are: all are messages of bytes alike, and
// those of a person would read as some of a plan. What cannot be read stays in the message, in
// base64.
std::string JsonLine(const pubsub::ReceivedMessage& received) {
  pubsub::PubsubMessage message = received.message();
  const bool is_json = AttributeOf(message, "content-type") == "application/json";
  const std::string event =
      is_json ? message.data()
              : audit::EventAsJson(AttributeOf(message, "ce-subject"), message.data());
  if (!event.empty()) message.clear_data();
  return absl::StrCat("{\"attempt\":", received.delivery_attempt(),
                      ",\"message\":", CompactJson(message),
                      event.empty() ? "" : absl::StrCat(",\"event\":", event), "}\n");
}

// Shows what `stream` brings and acknowledges it.
absl::Status Show(const TailOptions& options, bool json, const Process& process, Stream& stream) {
  int64_t left = options.count;
  while (left > 0) {
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, stream.Receive(process.interrupted));
    if (!bytes.has_value()) return absl::OkStatus();
    pubsub::StreamingPullResponse response;
    if (!response.ParseFromString(*bytes)) {
      return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
                   "the answer is no google.pubsub.v1.StreamingPullResponse");
    }
    pubsub::StreamingPullRequest done;
    for (const pubsub::ReceivedMessage& received : response.received_messages()) {
      if (left == 0) break;
      process.out << (json ? JsonLine(received) : Line(received));
      done.add_ack_ids(received.ack_id());
      --left;
    }
    // What nobody could see is not acknowledged. The caller says that it was lost.
    if (!process.out.flush()) return absl::OkStatus();
    if (!done.ack_ids().empty()) stream.Send(done);
    if (process.interrupted && process.interrupted()) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Follow(const TailOptions& options, const std::string& subscription, bool json,
                    Session& session, const Process& process) {
  pubsub::StreamingPullRequest first;
  first.set_subscription(subscription);
  first.set_stream_ack_deadline_seconds(kLeaseSeconds);
  RETURN_IF_ERROR(session.CompleteNames(first));
  const auto stream = session.Open("google.pubsub.v1.Subscriber.StreamingPull");
  stream->Send(first);
  RETURN_IF_ERROR(Show(options, json, process, *stream));
  // The acknowledgements have arrived when this returns.
  return stream->Close();
}

}  // namespace

absl::Status Tail(const Invocation& invocation, bool json, Session& session,
                  const Process& process) {
  ASSIGN_OR_RETURN(const TailOptions options, ParseOptions(invocation));
  if (options.ack) return Follow(options, options.subscription, json, session, process);
  // From now on an interruption ends the tail, and not the program before it has tidied up.
  if (process.interrupted) process.interrupted();
  OwnSubscription own(session);
  absl::Status status = own.Make(options);
  if (status.ok()) status = Follow(options, own.name(), json, session, process);
  const absl::Status deleted = own.Delete();
  return status.ok() ? deleted : status;
}

}  // namespace trellis::cli
