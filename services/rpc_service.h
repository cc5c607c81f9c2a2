// A gRPC service whose methods come from its proto: one handler for each rpc, by name.
//
// Requests arrive as bytes and are parsed here, not by gRPC, so that bytes which are no request
// (text that is not UTF-8 among them) get INVALID_ARGUMENT with an ErrorInfo like any other error.
#pragma once

#include <functional>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace trellis::services {

// What the caller of a call sent beside the request; empty if there is no such key.
std::string MetadataOf(const grpc::CallbackServerContext& context, const std::string& key);

// One call in progress. Copied freely; valid until it is answered, once, from any thread.
class Call {
 public:
  Call(grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : context_(context), response_(response), reactor_(context->DefaultReactor()) {}

  // Answers with `reply`.
  void Reply(const google::protobuf::Message& reply) const;
  // Answers with the bytes of a message.
  void ReplyBytes(const std::string& bytes) const;
  // Answers with `error`, which is not OK.
  void Fail(const absl::Status& error) const;
  // Answers with the value or the error.
  template <typename Message>
  void Answer(const absl::StatusOr<Message>& answer) const {
    if (answer.ok()) {
      Reply(*answer);
    } else {
      Fail(answer.status());
    }
  }

  // True once nobody waits for an answer.
  bool cancelled() const { return context_->IsCancelled(); }

  const grpc::CallbackServerContext& context() const { return *context_; }

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  grpc::CallbackServerContext* context_;
  grpc::ByteBuffer* response_;
  grpc::ServerUnaryReactor* reactor_;
};

// Begins a call in which both sides send messages; makes what reacts to them, which deletes itself.
using StreamReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
using StreamHandler = std::function<StreamReactor*(grpc::CallbackServerContext*)>;

// Begins a call that is answered with messages, by the bytes of its request; likewise.
using Answering = grpc::ServerWriteReactor<grpc::ByteBuffer>;
using AnsweringHandler =
    std::function<Answering*(grpc::CallbackServerContext*, const grpc::ByteBuffer&)>;

// Handles a call with the bytes of its request.
using Handler = std::function<void(Call, const grpc::ByteBuffer&)>;

// Parses `bytes`; INVALID_ARGUMENT (UNREADABLE_REQUEST) if they are no such message.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// A handler that parses the request and gives it to `handle`.
template <typename Request>
Handler Unary(std::function<void(Call, const Request&)> handle) {
  return [handle = std::move(handle)](Call call, const grpc::ByteBuffer& bytes) {
    Request request;
    if (absl::Status status = ParseRequest(bytes, request); !status.ok()) return call.Fail(status);
    handle(call, request);
  };
}

class RpcService final : public grpc::Service {
 public:
  // Handlers by method name; crashes unless there is exactly one for each method of `service`.
  RpcService(const google::protobuf::ServiceDescriptor& service,
             std::map<std::string, Handler> handlers,
             std::map<std::string, StreamHandler> stream_handlers = {},
             std::map<std::string, AnsweringHandler> answering_handlers = {});

 private:
  void AddUnary(int index, Handler handler);
  void AddStream(int index, StreamHandler handler);
  void AddAnswering(int index, AnsweringHandler handler);

  // gRPC keeps a pointer to each name.
  std::vector<std::string> names_;
};

}  // namespace trellis::services
