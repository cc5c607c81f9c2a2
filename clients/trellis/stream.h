// A call in which both sides send messages, for as long as they like.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/trellis/call.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

namespace trellis::cli {

// Concurrency: for one thread.
class Stream {
 public:
  // `explain` makes the error of a call that ended badly.
  using Explain = std::function<absl::Status(const grpc::Status&)>;

  // Use Server::Open.
  Stream(grpc::GenericStub& stub, const std::string& path, const Caller& caller, Explain explain);
  // Ends the call at once, unless it was closed.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Sends `message`, unless the call is over: Receive() says so then. What comes meanwhile is kept
  // for Receive() and Poll(): no server that waits to be read can hold it up.
  void Send(const google::protobuf::Message& message);

  // The bytes of the next message; nothing once the server has ended the call, or once `stop`,
  // which is asked several times a second, says so. The error with which the call ended.
  absl::StatusOr<std::optional<std::string>> Receive(const std::function<bool()>& stop);

  // The bytes of a message that has come by the last Send(), without waiting for one; nothing if
  // none has. The error with which the call ended.
  absl::StatusOr<std::optional<std::string>> Poll();
  // True once the server has ended the call.
  bool over() const { return ended_.has_value(); }

  // Says that nothing more is sent; the server still answers.
  void EndSending();
  // Says that nothing more is sent, lets the server finish, and returns how the call ended. What it
  // sends meanwhile is lost.
  absl::Status Close();

 private:
  enum class Step : intptr_t { kStart = 1, kSend, kReceive, kFinish };

  static void* TagOf(Step step) { return reinterpret_cast<void*>(step); }
  // Waits until `step` is done; whether it succeeded.
  bool Await(Step step);
  // Waits until something is done and notes it; false if `briefly` and nothing is for a moment.
  bool Next(bool briefly);
  absl::Status Finish();
  void StartReceiving();
  // Keeps what came and reads on.
  void KeepReceived();

  const Explain explain_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer received_;
  // What is under way, and what of it is done, with its success.
  bool receiving_ = false;
  std::deque<std::string> kept_;
  std::map<Step, bool> done_;
  // How the call ended, once it has.
  std::optional<absl::Status> ended_;
};

}  // namespace trellis::cli
