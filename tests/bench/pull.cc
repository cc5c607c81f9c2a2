#include "tests/bench/pull.h"

#include <chrono>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/bench/load.h"

namespace trellis::bench {
namespace {

namespace pubsub = google::pubsub::v1;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr char kSubscriber[] = "/google.pubsub.v1.Subscriber/";
constexpr std::chrono::seconds kPatience{60};
// Of the stream: longer than any measurement, so that nothing comes twice.
constexpr int kLeaseSeconds = 600;

constexpr uint32_t TagOf(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

void AppendField(uint32_t tag, const std::string& text, std::string& out) {
  // Both are below 128, and so one byte each.
  CHECK(text.size() < 128);
  out.push_back(static_cast<char>(tag));
  out.push_back(static_cast<char>(text.size()));
  out.append(text);
}

// Calls `field` with each field of a message that has a length, with `in` limited to its content;
// what it leaves is passed over.
template <typename Field>
void ForEachField(CodedInputStream& in, const Field& field) {
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      CHECK(WireFormatLite::SkipField(&in, tag));
      continue;
    }
    uint32_t size = 0;
    CHECK(in.ReadVarint32(&size));
    const auto outer = in.PushLimit(static_cast<int>(size));
    field(tag);
    CHECK(in.Skip(in.BytesUntilLimit()));
    in.PopLimit(outer);
  }
}

std::string ReadRest(CodedInputStream& in) {
  std::string text;
  CHECK(in.ReadString(&text, in.BytesUntilLimit()));
  return text;
}

}  // namespace

std::string NewSubscription(const std::string& address, const SubscriptionSettings& settings) {
  pubsub::Subscription subscription;
  subscription.set_name(absl::StrCat("projects/trellis/subscriptions/", settings.id));
  subscription.set_topic("projects/trellis/topics/events");
  subscription.set_enable_message_ordering(true);
  subscription.set_enable_exactly_once_delivery(settings.exactly_once);
  subscription.set_filter(settings.filter);
  CallOnce(address, absl::StrCat(kSubscriber, "CreateSubscription"),
           subscription.SerializeAsString());
  if (settings.from_beginning) {
    pubsub::SeekRequest seek;
    seek.set_subscription(subscription.name());
    seek.mutable_time()->set_seconds(0);
    CallOnce(address, absl::StrCat(kSubscriber, "Seek"), seek.SerializeAsString());
  }
  return subscription.name();
}

void DeleteSubscription(const std::string& address, const std::string& name) {
  pubsub::DeleteSubscriptionRequest request;
  request.set_subscription(name);
  CallOnce(address, absl::StrCat(kSubscriber, "DeleteSubscription"), request.SerializeAsString());
}

void CheckNothingIsLeft(const std::string& address, const std::string& name) {
  pubsub::PullRequest request;
  request.set_subscription(name);
  request.set_max_messages(1);
  request.set_return_immediately(true);
  pubsub::PullResponse response;
  CHECK(response.ParseFromString(
      CallOnce(address, absl::StrCat(kSubscriber, "Pull"), request.SerializeAsString())));
  CHECK(response.received_messages().empty());
}

Puller::Puller(const std::string& address, PullOptions options)
    : options_(std::move(options)), stub_(ChannelTo(address)) {
  pubsub::StreamingPullRequest first;
  first.set_subscription(options_.subscription);
  first.set_stream_ack_deadline_seconds(kLeaseSeconds);
  request_ = BufferOf(first.SerializeAsString());
  stub_.PrepareBidiStreamingCall(&context_, absl::StrCat(kSubscriber, "StreamingPull"),
                                 grpc::StubOptions(), this);
  StartWrite(&request_);
  StartRead(&response_);
  StartCall();
}

Puller::~Puller() {
  context_.TryCancel();
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this] { return ended_; });
}

void Puller::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ended_) {
    const uint64_t before = received_ + confirmed_;
    done_.wait_for(lock, kPatience, [this] { return ended_; });
    if (!ended_ && before == received_ + confirmed_) {
      Crash(absl::StrCat(options_.subscription, ": nothing comes; got ", received_.load(), " of ",
                         options_.messages));
    }
  }
  if (!status_.ok()) Crash(absl::StrCat(options_.subscription, ": ", status_.error_message()));
}

void Puller::OnReadDone(bool ok) {
  // The stream is over: OnDone follows.
  if (!ok) return;
  std::string acks;
  Scan(response_, acks);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_ += acks;
  }
  response_.Clear();
  StartRead(&response_);
  Send();
}

void Puller::Scan(grpc::ByteBuffer& response, std::string& acks) {
  using Response = pubsub::StreamingPullResponse;
  using Confirmation = Response::AcknowledgeConfirmation;
  grpc::ProtoBufferReader reader(&response);
  CodedInputStream in(&reader);
  uint64_t received = 0;
  ForEachField(in, [&](uint32_t tag) {
    if (tag == TagOf(Response::kReceivedMessagesFieldNumber)) {
      ++received;
      ForEachField(in, [&](uint32_t part) {
        if (part == TagOf(pubsub::ReceivedMessage::kAckIdFieldNumber)) {
          AppendField(TagOf(pubsub::StreamingPullRequest::kAckIdsFieldNumber), ReadRest(in), acks);
        } else if (part == TagOf(pubsub::ReceivedMessage::kMessageFieldNumber) &&
                   options_.on_message != nullptr) {
          options_.on_message(ReadRest(in));
        }
      });
    } else if (tag == TagOf(Response::kAcknowledgeConfirmationFieldNumber)) {
      ForEachField(in, [&](uint32_t part) {
        // Whatever is not confirmed would be acknowledged in vain.
        CHECK(part == TagOf(Confirmation::kAckIdsFieldNumber));
        ++confirmed_;
      });
    }
  });
  received_ += received;
}

void Puller::Send() {
  bool end = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (writing_ || ending_) return;
    if (waiting_.empty()) {
      const uint64_t complete = options_.confirmed ? confirmed_ : received_;
      if (options_.messages == 0 || complete < options_.messages) return;
      end = ending_ = true;
    } else {
      writing_ = true;
      request_ = BufferOf(waiting_);
      waiting_.clear();
    }
  }
  if (end) {
    StartWritesDone();
  } else {
    StartWrite(&request_);
  }
}

void Puller::OnWriteDone(bool ok) {
  if (!ok) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
  }
  Send();
}

void Puller::OnDone(const grpc::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = status;
  ended_ = true;
  done_.notify_all();
}

}  // namespace trellis::bench
