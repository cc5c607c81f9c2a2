#include "services/pull_stream.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "services/grpc_status.h"
#include "services/received_messages.h"

namespace trellis::services {
namespace {

constexpr int kDeadlineMin = 10;
constexpr int kDeadlineMax = 600;

template <typename Ids>
std::vector<absl::string_view> ViewsOf(const Ids& ids) {
  return {ids.begin(), ids.end()};
}

size_t LimitOf(int64_t asked, size_t unlimited) {
  return asked <= 0 ? unlimited : static_cast<size_t>(asked);
}

absl::Status CheckStreamDeadline(int seconds) {
  if (seconds >= kDeadlineMin && seconds <= kDeadlineMax) return absl::OkStatus();
  return InvalidRequest(
      {{"stream_ack_deadline_seconds",
        absl::StrCat("got ", seconds, ", want ", kDeadlineMin, " to ", kDeadlineMax)}});
}

absl::Status CheckDeadlines(const google::pubsub::v1::StreamingPullRequest& request) {
  if (request.modify_deadline_seconds_size() != request.modify_deadline_ack_ids_size()) {
    return InvalidRequest(
        {{"modify_deadline_seconds",
          absl::StrCat("got ", request.modify_deadline_seconds_size(), " for ",
                       request.modify_deadline_ack_ids_size(), " ack ids, want one for each")}});
  }
  for (const int seconds : request.modify_deadline_seconds()) {
    if (seconds < 0 || seconds > kDeadlineMax) {
      return InvalidRequest({{"modify_deadline_seconds",
                              absl::StrCat("got ", seconds, ", want 0 to ", kDeadlineMax)}});
    }
  }
  return absl::OkStatus();
}

}  // namespace

StreamReactor* PullStream::Start(queue::Queue& queue) {
  auto stream = std::make_shared<PullStream>(queue);
  stream->self_ = stream;
  stream->StartRead(&stream->request_);
  return stream.get();
}

void PullStream::OnReadDone(bool ok) {
  // The client has no more to say, or is gone.
  if (!ok) return End(absl::OkStatus());
  Request request;
  absl::Status status = ParseRequest(request_, request);
  if (status.ok()) status = subscription_ == nullptr ? Open(request) : Handle(request);
  if (!status.ok()) return End(status);
  {
    MutexLock lock(mutex_);
    if (ending_) return;
    // A message without anything asks whether the stream still lives.
    answer_ |= request.ack_ids().empty() && request.modify_deadline_ack_ids().empty();
  }
  StartRead(&request_);
  Send();
}

absl::Status PullStream::Open(const Request& request) {
  if (request.subscription().empty()) {
    return InvalidRequest({{"subscription", "got none in the stream's first message, want one"}});
  }
  RETURN_IF_ERROR(CheckStreamDeadline(request.stream_ack_deadline_seconds()));
  RETURN_IF_ERROR(CheckDeadlines(request));
  ASSIGN_OR_RETURN(subscription_, queue_.Find(request.subscription()));
  const queue::FlowLimits defaults;
  const queue::ConsumerId consumer = subscription_->Attach(
      {.messages = LimitOf(request.max_outstanding_messages(), defaults.messages),
       .bytes = LimitOf(request.max_outstanding_bytes(), defaults.bytes)},
      [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self != nullptr) self->Send();
      });
  {
    MutexLock lock(mutex_);
    consumer_ = consumer;
    lease_ = absl::Seconds(request.stream_ack_deadline_seconds());
  }
  Acknowledge(request);
  ModifyDeadlines(request);
  return absl::OkStatus();
}

absl::Status PullStream::Handle(const Request& request) {
  if (!request.subscription().empty()) {
    return InvalidRequest({{"subscription", "got one again, want it in the first message only"}});
  }
  RETURN_IF_ERROR(CheckDeadlines(request));
  if (request.stream_ack_deadline_seconds() != 0) {
    RETURN_IF_ERROR(CheckStreamDeadline(request.stream_ack_deadline_seconds()));
    MutexLock lock(mutex_);
    lease_ = absl::Seconds(request.stream_ack_deadline_seconds());
  }
  Acknowledge(request);
  ModifyDeadlines(request);
  return absl::OkStatus();
}

void PullStream::Acknowledge(const Request& request) {
  if (request.ack_ids().empty()) return;
  const std::vector<absl::string_view> ids = ViewsOf(request.ack_ids());
  if (!subscription_->settings().enable_exactly_once_delivery()) {
    return subscription_->Acknowledge(ids, nullptr);
  }
  subscription_->Acknowledge(
      ids, [weak = weak_from_this(), ack_ids = request.ack_ids()](
               const absl::Status& status, const std::vector<queue::AckResult>& results) {
        const auto self = weak.lock();
        if (self == nullptr) return;
        Response response;
        auto& confirmation = *response.mutable_acknowledge_confirmation();
        for (int i = 0; i < ack_ids.size(); ++i) {
          switch (status.ok() ? results[static_cast<size_t>(i)] : queue::AckResult::kEarly) {
            case queue::AckResult::kDone:
              confirmation.add_ack_ids(ack_ids[i]);
              break;
            case queue::AckResult::kEarly:
              confirmation.add_temporary_failed_ack_ids(ack_ids[i]);
              break;
            case queue::AckResult::kUnordered:
            case queue::AckResult::kInvalid:
              confirmation.add_invalid_ack_ids(ack_ids[i]);
              break;
          }
        }
        self->Confirm(std::move(response));
      });
}

void PullStream::ModifyDeadlines(const Request& request) {
  const bool confirmed = subscription_->settings().enable_exactly_once_delivery();
  Response response;
  // Neighbours with the same deadline go together, in the order in which they came.
  const int size = request.modify_deadline_ack_ids_size();
  for (int first = 0; first < size;) {
    const int seconds = request.modify_deadline_seconds(first);
    std::vector<absl::string_view> ids;
    int end = first;
    while (end < size && request.modify_deadline_seconds(end) == seconds) {
      ids.emplace_back(request.modify_deadline_ack_ids(end++));
    }
    first = end;
    const std::vector<bool> held = subscription_->ModifyLeases(ids, absl::Seconds(seconds));
    if (!confirmed) continue;
    auto& confirmation = *response.mutable_modify_ack_deadline_confirmation();
    for (size_t i = 0; i < ids.size(); ++i) {
      (held[i] ? confirmation.add_ack_ids() : confirmation.add_invalid_ack_ids())
          ->assign(ids[i].data(), ids[i].size());
    }
  }
  if (response.has_modify_ack_deadline_confirmation()) Confirm(std::move(response));
}

void PullStream::Confirm(Response confirmation) {
  {
    MutexLock lock(mutex_);
    pending_.MergeFrom(confirmation);
  }
  Send();
}

void PullStream::Send() {
  {
    MutexLock lock(mutex_);
    again_ = true;
    if (sending_ || ending_ || consumer_ == 0) return;
    sending_ = true;
  }
  while (true) {
    {
      MutexLock lock(mutex_);
      again_ = false;
    }
    const absl::StatusOr<std::string> bytes = NextResponse();
    if (bytes.ok() && !bytes->empty()) {
      const grpc::Slice slice(*bytes);
      response_ = grpc::ByteBuffer(&slice, 1);
      return StartWrite(&response_);
    }
    MutexLock lock(mutex_);
    if (bytes.ok() && again_ && !ending_) continue;
    sending_ = false;
    if (!bytes.ok() && !ending_) {
      ending_ = true;
      end_status_ = bytes.status();
    }
    if (!ending_ || ended_) return;
    ended_ = true;
    break;
  }
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = end_status_;
  }
  Finish(ToGrpcStatus(status));
}

absl::StatusOr<std::string> PullStream::NextResponse() {
  Response rest;
  absl::Duration lease;
  bool answer = false;
  {
    MutexLock lock(mutex_);
    rest.Swap(&pending_);
    lease = lease_;
    answer = std::exchange(answer_, false);
  }
  answer |= rest.ByteSizeLong() > 0;
  ASSIGN_OR_RETURN(const std::vector<queue::Received> received,
                   subscription_->Take(consumer_, kResponseMessages, kResponseBytes, lease));
  if (received.empty() && !answer) return std::string();
  const google::pubsub::v1::Subscription settings = subscription_->settings();
  auto& properties = *rest.mutable_subscription_properties();
  properties.set_exactly_once_delivery_enabled(settings.enable_exactly_once_delivery());
  properties.set_message_ordering_enabled(settings.enable_message_ordering());
  return WithReceived(received, settings, Response::kReceivedMessagesFieldNumber, rest);
}

void PullStream::OnWriteDone(bool ok) {
  bool end = false;
  {
    MutexLock lock(mutex_);
    sending_ = false;
    if (!ok) ending_ = true;
    if (ending_ && !ended_) end = ended_ = true;
  }
  if (!end) return Send();
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = end_status_;
  }
  Finish(ToGrpcStatus(status));
}

void PullStream::OnCancel() { End(absl::OkStatus()); }

void PullStream::End(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (ending_) return;
    ending_ = true;
    end_status_ = status;
    // Whoever is sending ends it.
    if (sending_) return;
    ended_ = true;
  }
  Finish(ToGrpcStatus(status));
}

void PullStream::OnDone() {
  if (consumer_ != 0) subscription_->Detach(consumer_);
  self_.reset();
}

}  // namespace trellis::services
