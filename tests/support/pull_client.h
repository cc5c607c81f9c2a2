// A client's end of a StreamingPull, for tests.
#pragma once

#include <chrono>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/sync_stream.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::testing {

class PullClient {
 public:
  using Request = google::pubsub::v1::StreamingPullRequest;
  using Response = google::pubsub::v1::StreamingPullResponse;

  // `address` is HOST:PORT. A stream takes at most 60 s.
  explicit PullClient(const std::string& address)
      : channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        method_("/google.pubsub.v1.Subscriber/StreamingPull",
                grpc::internal::RpcMethod::BIDI_STREAMING, channel_) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_.reset(grpc::internal::ClientReaderWriterFactory<Request, Response>::Create(
        channel_.get(), method_, &context_));
  }
  ~PullClient() { context_.TryCancel(); }
  PullClient(const PullClient&) = delete;
  PullClient& operator=(const PullClient&) = delete;

  void Send(const Request& request) { stream_->Write(request); }
  // The next that says something: an answer to a request that says nothing is passed over.
  std::optional<Response> Next() {
    Response response;
    while (stream_->Read(&response)) {
      if (response.received_messages_size() > 0 || response.has_acknowledge_confirmation() ||
          response.has_modify_ack_deadline_confirmation()) {
        return response;
      }
    }
    return std::nullopt;
  }
  // The next `count` messages.
  std::vector<google::pubsub::v1::ReceivedMessage> Messages(size_t count) {
    std::vector<google::pubsub::v1::ReceivedMessage> messages;
    while (messages.size() < count) {
      const auto response = Next();
      if (!response.has_value()) break;
      messages.insert(messages.end(), response->received_messages().begin(),
                      response->received_messages().end());
    }
    return messages;
  }
  void Acknowledge(const std::string& ack_id) {
    Request request;
    request.add_ack_ids(ack_id);
    Send(request);
  }
  void GiveBack(const std::string& ack_id) {
    Request request;
    request.add_modify_deadline_ack_ids(ack_id);
    request.add_modify_deadline_seconds(0);
    Send(request);
  }
  // Says that no more comes from here, and how the stream ended.
  grpc::Status End() {
    stream_->WritesDone();
    return Finish();
  }
  // How the stream ended.
  grpc::Status Finish() {
    Response response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish();
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const grpc::internal::RpcMethod method_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
};

}  // namespace trellis::testing
