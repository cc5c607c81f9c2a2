// A gRPC client for tests: calls methods by name and shows errors with all their details.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "tests/support/introductions.h"
#include "tests/support/lifecycle.h"
#include "tests/support/methods.h"

namespace trellis::testing {

using Metadata = std::multimap<std::string, std::string>;

// The metadata that says who calls.
Metadata MetadataOf(const Actor& actor);

// Concurrency. Thread-safe.
// Limits.      A call takes at most 60 s.
class RpcClient {
 public:
  // Whether those whom a command names are recorded in the directory before it is given.
  enum class Directory { kIntroduces, kAsItIs };

  // `address` is HOST:PORT.
  explicit RpcClient(const std::string& address, Directory directory = Directory::kIntroduces);
  // Of a server that asks who calls: nothing is introduced.
  RpcClient(const std::string& address,
            const std::shared_ptr<grpc::ChannelCredentials>& credentials);

  // Records the people of the samples (tests/support/lifecycle.h) in the directory, so that what a
  // test counts afterwards is its own.
  void IntroduceAll() const;

  // The bytes of the answer of the method with this path, such as
  // `/trellis.v1.AuditService/ListTrail`. Errors have their details as payloads.
  absl::StatusOr<std::string> CallBytes(const std::string& path, const Metadata& metadata,
                                        const std::string& request) const;

  // Likewise for a method that takes and gives streams: sends one request, reads one answer.
  absl::StatusOr<std::string> CallStream(const std::string& path, const Metadata& metadata,
                                         const std::string& request) const;
  absl::StatusOr<std::string> CallStream(const std::string& path,
                                         const std::string& request) const {
    return CallStream(path, {}, request);
  }

  // Likewise for the rpc that takes `request`, called by `actor`.
  absl::StatusOr<std::string> CallBytes(const Actor& actor,
                                        const google::protobuf::Message& request) const;

  // The answer to a request of `actor`.
  template <typename Response>
  absl::StatusOr<Response> Ask(const Actor& actor, const google::protobuf::Message& request) const {
    return Typed<Response>(CallBytes(actor, request));
  }

  // The answer to a command on a support plan.
  absl::StatusOr<v1::SupportPlanReply> Give(const Actor& actor,
                                            const google::protobuf::Message& command) const {
    return Ask<v1::SupportPlanReply>(actor, command);
  }

  // The answer to a request that anybody may make.
  template <typename Response>
  absl::StatusOr<Response> Read(const google::protobuf::Message& request) const {
    return Typed<Response>(CallBytes(PathOf(MethodFor(request)), {}, request.SerializeAsString()));
  }

  absl::StatusOr<v1::SupportPlan> Get(const std::string& plan) const {
    v1::GetSupportPlanRequest request;
    request.set_name(plan);
    return Read<v1::SupportPlan>(request);
  }

  static std::string PathOf(const google::protobuf::MethodDescriptor& method);

 private:
  template <typename Response>
  static absl::StatusOr<Response> Typed(const absl::StatusOr<std::string>& bytes) {
    if (!bytes.ok()) return bytes.status();
    Response response;
    if (response.ParseFromString(*bytes)) return response;
    return absl::DataLossError(absl::StrCat("got ", bytes->size(), " bytes that are no answer"));
  }

  // Gives directory commands as somebody who keeps it.
  Introductions::Give KeeperGives() const;
  void Introduce(const std::string& path, const Metadata& metadata,
                 const std::string& request) const;
  absl::StatusOr<std::string> CallAsItIs(const std::string& path, const Metadata& metadata,
                                         const std::string& request) const;

  const Directory directory_;
  mutable Introductions introductions_;
  // Not const: what gRPC's stub does to itself is guarded by gRPC.
  mutable grpc::GenericStub stub_;
};

// The detail of this type that the error has.
template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload =
      status.GetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

// The ErrorInfo's metadata with this key; empty if there is none.
std::string ErrorMetadataOf(const absl::Status& status, const std::string& key);

// The fields that the error's BadRequest names.
std::vector<std::string> BadFieldsOf(const absl::Status& status);

// "OK" or the reason of the error.
inline std::string ReasonOf(const absl::Status& status) {
  return status.ok() ? "OK" : ErrorReason(status);
}
template <typename T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return ReasonOf(result.status());
}

}  // namespace trellis::testing
