// absl::Status to grpc::Status.
#pragma once

#include <grpcpp/support/status.h>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace trellis::services {

// The same code and message, with the status's payloads as details.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// The same code and message, with the status's payloads as the details of a google.rpc.Status.
// An error without an ErrorInfo gets one: its reason is the name of its code. Of a BadRequest as
// many violations are kept as fit into the metadata of an answer, the first ones.
grpc::Status ToGrpcStatus(const absl::Status& status);

// After which the same request can be tried again (WithRetryDelay); nothing if nobody said.
std::optional<absl::Duration> RetryDelay(const absl::Status& status);

}  // namespace trellis::services
