#include "services/grpc_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "base/error.h"
#include "google/rpc/error_details.pb.h"

namespace trellis::services {
namespace {

// A client refuses an answer with more than 8 KiB of metadata and gets no details at all. Those who
// cannot take them as bytes take them in base64, and the message is there a second time.
constexpr size_t kDetailsBytesMax = 4 * 1024;

// Leaves out the last violations until the details fit. How many there were says the ErrorInfo.
void Shorten(google::rpc::Status& details) {
  for (google::protobuf::Any& detail : *details.mutable_details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    while (details.ByteSizeLong() > kDetailsBytesMax && bad.field_violations_size() > 1) {
      bad.mutable_field_violations()->RemoveLast();
      detail.PackFrom(bad);
    }
  }
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  if (ErrorReason(status).empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(absl::StatusCodeToString(status.code()));
    info.set_domain(kErrorDomain);
    details.add_details()->PackFrom(info);
  }
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any& detail = *details.add_details();
    detail.set_type_url(std::string(type_url));
    detail.set_value(std::string(payload));
  });
  return details;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details = ToRpcStatus(status);
  if (details.ByteSizeLong() > kDetailsBytesMax) Shorten(details);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), details.message(),
                      details.SerializeAsString());
}

std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  const google::rpc::Status details = ToRpcStatus(status);
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::RetryInfo info;
    if (!detail.UnpackTo(&info)) continue;
    return absl::Seconds(info.retry_delay().seconds()) +
           absl::Nanoseconds(info.retry_delay().nanos());
  }
  return std::nullopt;
}

}  // namespace trellis::services
