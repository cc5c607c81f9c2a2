// Errors with a reason that a program can read.
//
// A status carries google.rpc detail messages as payloads, under their type URLs; services/ puts
// them into the reply. Texts say subject, got and want; they hold ids, never names or free text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace trellis {

// What every ErrorInfo of ours says as its domain.
inline constexpr char kErrorDomain[] = "trellis";

// The changing parts of an error's text, by name.
using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// A status with google.rpc.ErrorInfo; `reason` is a constant in UPPER_SNAKE_CASE. With code
// FAILED_PRECONDITION it has a google.rpc.PreconditionFailure as well.
absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const ErrorMetadata& metadata = {});

// One thing that is wrong with a request.
struct FieldViolation {
  // A path such as `support_plan.concerns[0].cause`.
  std::string field;
  // Got and want.
  std::string description;
};

// INVALID_ARGUMENT with all `violations` (at least one) at once as a google.rpc.BadRequest.
absl::Status InvalidRequest(const std::vector<FieldViolation>& violations,
                            absl::string_view reason = "INVALID_REQUEST");

// Adds google.rpc.RetryInfo: the same request can be tried again after `delay`.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The reason in the status's ErrorInfo; empty if it has none.
std::string ErrorReason(const absl::Status& status);

}  // namespace trellis
