// What one command asks a server: whole lists, and names that were given short.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "clients/trellis/call.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/stream.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

// Concurrency: for one thread.
class Session {
 public:
  // `contract` must outlive it.
  Session(const Contract& contract, Caller caller, Server::Options options);

  // The answer of `method` to `request`, whose short names are written out. A list's holds all
  // pages, unless the request names a page or its size. Errors are those of Server::Call; where it
  // is not known whether a command was recorded, with how to find out. INTERNAL (ANSWER_UNREADABLE,
  // PAGE_REPEATED).
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Ask(
      const google::protobuf::MethodDescriptor& method, google::protobuf::Message& request);

  // The same of the method with this full name, as the generated `Response`.
  template <typename Response>
  absl::StatusOr<Response> Ask(absl::string_view method, google::protobuf::Message& request) {
    const auto answer = Ask(*contract_.FindMethod(method), request);
    if (!answer.ok()) return answer.status();
    Response typed;
    if (typed.ParseFromString((*answer)->SerializeAsString())) return typed;
    return Unreadable(*Response::descriptor());
  }

  // Writes out the short names of `request`.
  absl::Status CompleteNames(google::protobuf::Message& request);

  // Begins a call of the method with this full name.
  std::unique_ptr<Stream> Open(absl::string_view method);

 private:
  static absl::Status Unreadable(const google::protobuf::Descriptor& type);
  absl::StatusOr<std::string> CallOnce(const google::protobuf::MethodDescriptor& method,
                                       const google::protobuf::Message& request);
  // The name of the server's ledger, asked for once.
  absl::StatusOr<std::string> Ledger();

  const Contract& contract_;
  const Caller caller_;
  Server server_;
  std::string ledger_;
};

}  // namespace trellis::cli
