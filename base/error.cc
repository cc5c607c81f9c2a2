#include "base/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/rpc/error_details.pb.h"

namespace trellis {
namespace {

constexpr char kTypeUrlPrefix[] = "type.googleapis.com/";

template <typename Detail>
void Attach(const Detail& detail, absl::Status& status) {
  status.SetPayload(absl::StrCat(kTypeUrlPrefix, Detail::descriptor()->full_name()),
                    absl::Cord(detail.SerializeAsString()));
}

}  // namespace

absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const ErrorMetadata& metadata) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(info, status);
  if (code == absl::StatusCode::kFailedPrecondition) {
    google::rpc::PreconditionFailure failure;
    auto* const violation = failure.add_violations();
    violation->set_type(std::string(reason));
    if (!metadata.empty()) violation->set_subject(metadata.front().second);
    violation->set_description(std::string(message));
    Attach(failure, status);
  }
  return status;
}

absl::Status InvalidRequest(const std::vector<FieldViolation>& violations,
                            absl::string_view reason) {
  CHECK(!violations.empty());
  std::string message =
      absl::StrCat(violations.front().field, ": ", violations.front().description);
  if (violations.size() > 1) {
    absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
  }
  absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, reason, message,
            {{"field", violations.front().field}, {"count", absl::StrCat(violations.size())}});
  google::rpc::BadRequest bad;
  for (const FieldViolation& violation : violations) {
    auto* const added = bad.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
  }
  Attach(bad, status);
  return status;
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  auto& retry_delay = *info.mutable_retry_delay();
  retry_delay.set_seconds(absl::IDivDuration(delay, absl::Seconds(1), &delay));
  retry_delay.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
  Attach(info, status);
  return status;
}

std::string ErrorReason(const absl::Status& status) {
  const auto payload = status.GetPayload(
      absl::StrCat(kTypeUrlPrefix, google::rpc::ErrorInfo::descriptor()->full_name()));
  if (!payload.has_value()) return "";
  google::rpc::ErrorInfo info;
  if (!info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

}  // namespace trellis
