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
#include "grpcpp/generic/generic_stub.h"

namespace trellis::cli {

// Who calls. What is empty is not sent.
struct Caller {
  // `people/{uuid}`.
  std::string person;
  // In UTF-8.
  std::string name;
  // Such as `INDUCTION_TUTOR`.
  std::string capacity;
};

// All but letters, digits and `-._~` as `%` and two digits: a header holds ASCII only.
std::string PercentEncoded(absl::string_view text);

// One server.
//
// Concurrency: for one thread.
// Limits: an answer of 64 MiB, a few times the largest page there can reasonably be.
class Server {
 public:
  struct Options {
    // `HOST:PORT`.
    std::string address;
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

 private:
  Options options_;
  grpc::GenericStub stub_;
};

}  // namespace trellis::cli
