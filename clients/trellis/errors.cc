#include "clients/trellis/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace trellis::cli {
namespace {

constexpr int kUnexpected = 1;
constexpr int kUsage = 2;
constexpr int kInvalid = 3;
constexpr int kNotFound = 4;
constexpr int kRefused = 5;
constexpr int kConflict = 6;
constexpr int kUnreachable = 7;

constexpr char kExitCodes[] =
    "0  done\n"
    "1  unexpected: INTERNAL, UNKNOWN, DATA_LOSS and what is not named below\n"
    "2  the command line, or a file it names, is wrong; nothing was sent\n"
    "3  the request is wrong: INVALID_ARGUMENT, OUT_OF_RANGE\n"
    "4  no such plan, entry or standard: NOT_FOUND\n"
    "5  refused by a rule: FAILED_PRECONDITION, PERMISSION_DENIED, UNAUTHENTICATED,\n"
    "   ALREADY_EXISTS\n"
    "6  the plan has changed since it was read: ABORTED\n"
    "7  the server cannot be reached or is busy: UNAVAILABLE, DEADLINE_EXCEEDED,\n"
    "   RESOURCE_EXHAUSTED; try again with the same --request-id\n";

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload(
      absl::StrCat("type.googleapis.com/", google::rpc::BadRequest::descriptor()->full_name()));
  if (payload.has_value() && !bad.ParseFromString(std::string(*payload))) bad.Clear();
  return bad;
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    result.SetPayload(type_url, payload);
  });
  return result;
}

int ExitCode(const absl::Status& status) {
  if (ErrorReason(status) == kUsageReason) return kUsage;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return kInvalid;
    case absl::StatusCode::kNotFound:
      return kNotFound;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kAlreadyExists:
      return kRefused;
    case absl::StatusCode::kAborted:
      return kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kUnreachable;
    default:
      return kUnexpected;
  }
}

std::string ErrorText(const absl::Status& status) {
  std::string reason = ErrorReason(status);
  std::string text = absl::StrCat("trellis: ", OneLine(status.message()));
  if (reason == kUsageReason) return text + "\n";
  if (reason.empty()) reason = absl::StatusCodeToString(status.code());
  absl::StrAppend(&text, " (", reason, ")\n");
  const google::rpc::BadRequest bad = BadRequestOf(status);
  if (bad.field_violations_size() < 2) return text;
  for (const auto& violation : bad.field_violations()) {
    absl::StrAppend(&text, "  ", OneLine(violation.field()), ": ", OneLine(violation.description()),
                    "\n");
  }
  return text;
}

std::string ExitCodesHelp() { return kExitCodes; }

}  // namespace trellis::cli
