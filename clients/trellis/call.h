// Calls to a server, of any method of the contract.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace trellis::cli {

// Who calls. What is empty is not sent.
struct Caller {
  // `people/{uuid}`.
  std::string person;
  // In UTF-8.
  std::string name;
  // Such as `INDUCTION_TUTOR`.
  std::string capacity;
  // An access token: who calls, proved. Goes over TLS alone, or to this machine.
  std::string token = {};
};

// How a server is reached. Texts in PEM.
struct Tls {
  bool on = false;
  // Who signs the server's certificate; empty: whom this machine trusts.
  std::string roots;
  // The caller's own certificate and its key; empty: none.
  std::string certificate;
  std::string key;
};

// All but letters, digits and `-._~` as `%` and two digits: a header holds ASCII only.
std::string PercentEncoded(absl::string_view text);

// Puts `caller` into the metadata of a call.
void AddCaller(const Caller& caller, grpc::ClientContext& context);

// What `buffer` holds.
absl::StatusOr<std::string> BytesOf(const grpc::ByteBuffer& buffer);

class Stream;

// One server.
//
// Concurrency: for one thread.
// Limits: an answer of 64 MiB, a few times the largest page there can reasonably be.
class Server {
 public:
  struct Options {
    // `HOST:PORT`.
    std::string address;
    Tls tls = {};
    // For each call. More than zero.
    absl::Duration timeout;
    // Told after each second that a call has waited, and with zero once it no longer waits, if it
    // was told before. May be empty.
    std::function<void(absl::Duration)> on_wait;
  };

  explicit Server(Options options);

  // The bytes of the answer of `method` to `request`. Errors: the server's own, with its details as
  // payloads; UNAVAILABLE and DEADLINE_EXCEEDED if there was no answer.
  absl::StatusOr<std::string> Call(const google::protobuf::MethodDescriptor& method,
                                   const Caller& caller, const google::protobuf::Message& request);

  // Begins a call of `method`, in which both sides send messages. The server must outlive it.
  std::unique_ptr<Stream> Open(const google::protobuf::MethodDescriptor& method,
                               const Caller& caller);

 private:
  // The error of a call that ended with `status`.
  absl::Status Explained(const grpc::Status& status) const;

  Options options_;
  grpc::GenericStub stub_;
};

}  // namespace trellis::cli
