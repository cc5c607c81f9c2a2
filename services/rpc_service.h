// A gRPC service whose methods come from its proto: one handler for each rpc, by name.
//
// Operation. Requests arrive as bytes and are parsed here, not by gRPC, so that bytes which are no
//            request (text that is not UTF-8 among them) get INVALID_ARGUMENT with an ErrorInfo
//            like any other error. Then they are validated, and the gate is asked: a handler is
//            called with what has passed both, and nothing else.
#pragma once

#include <functional>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/policy.h"
#include "services/gate.h"
#include "services/looks.h"

namespace trellis::services {

// One call in progress. Copied freely; valid until it is answered, once, from any thread.
class Call {
 public:
  Call(grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : context_(context), response_(response), reactor_(context->DefaultReactor()) {}

  // As what it was let in: set for every handler.
  const Admission& admission() const { return *admission_; }
  void Admit(Admission admission) {
    admission_ = std::make_shared<const Admission>(std::move(admission));
  }
  // Has what `method` shows recorded before it is shown: what is read, and the state that a command
  // is answered with if it wrote nothing, since else its events tell.
  void Record(const Looks& looks, const google::protobuf::MethodDescriptor& method) {
    looks_ = &looks;
    method_ = &method;
  }

  // Answers with `reply`, or with the error that it could not be recorded who looks.
  void Reply(const google::protobuf::Message& reply) const;
  // Answers with the bytes of a message; likewise.
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

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  // It is no longer in progress, before its caller can know of its end and call again.
  void Finish(const grpc::Status& status) const;

  grpc::CallbackServerContext* context_;
  grpc::ByteBuffer* response_;
  grpc::ServerUnaryReactor* reactor_;
  std::shared_ptr<const Admission> admission_;
  // Null: nothing is recorded.
  const Looks* looks_ = nullptr;
  const google::protobuf::MethodDescriptor* method_ = nullptr;
};

// A reactor that is among its caller's calls in progress until it goes.
template <typename Reactor>
class Counted : public Reactor {
 public:
  void Hold(std::shared_ptr<RateLimiter::Place> place) { place_ = std::move(place); }

 private:
  std::shared_ptr<RateLimiter::Place> place_;
};

// Begins a call in which both sides send messages; makes what reacts to them, which deletes itself.
using StreamReactor = Counted<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>>;
using StreamHandler = std::function<StreamReactor*(const Admission&)>;

// Begins a call that is answered with messages, by its request; likewise.
using Answering = Counted<grpc::ServerWriteReactor<grpc::ByteBuffer>>;
using AnsweringHandler =
    std::function<Answering*(const Admission&, const google::protobuf::Message&)>;

// Handles a call with its request, of the method's type; valid as long as the handler runs.
using Handler = std::function<void(const Call&, const google::protobuf::Message&)>;

// Parses `bytes`; INVALID_ARGUMENT (UNREADABLE_REQUEST) if they are no such message.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// A handler of requests of this type.
template <typename Request>
Handler Unary(std::function<void(Call, const Request&)> handle) {
  return [handle = std::move(handle)](const Call& call, const google::protobuf::Message& request) {
    handle(call, static_cast<const Request&>(request));
  };
}

class RpcService final : public grpc::Service {
 public:
  // Handlers by method name; crashes unless there is exactly one for each method of `service`, and
  // a line of the policy. `gate` and `looks` must outlive the service.
  RpcService(const google::protobuf::ServiceDescriptor& service, const Gate& gate,
             const Looks& looks, std::map<std::string, Handler> handlers,
             std::map<std::string, StreamHandler> stream_handlers = {},
             std::map<std::string, AnsweringHandler> answering_handlers = {});

 private:
  void AddUnary(int index, Handler handler);
  void AddStream(int index, StreamHandler handler);
  void AddAnswering(int index, AnsweringHandler handler);

  const google::protobuf::ServiceDescriptor& service_;
  // What is in the request's bytes, let in: of a known caller, read, valid, and allowed.
  absl::StatusOr<Admission> LetIn(size_t index, const grpc::CallbackServerContext& context,
                                  const grpc::ByteBuffer& bytes,
                                  google::protobuf::Message& request) const;
  // A call whose messages come later, let in.
  absl::StatusOr<Admission> LetIn(size_t index, const grpc::CallbackServerContext& context) const;
  absl::StatusOr<Admission> LetIn(size_t index, Visitor visitor,
                                  const google::protobuf::Message* request) const;
  const google::protobuf::MethodDescriptor& method(size_t index) const {
    return *service_.method(static_cast<int>(index));
  }

  const Gate& gate_;
  const Looks& looks_;
  // gRPC keeps a pointer to each name.
  std::vector<std::string> names_;
  // The policy's, by method.
  std::vector<const policy::Row*> rows_;
};

}  // namespace trellis::services
