#include "services/grpc_status.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace trellis::services {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), status.error_code());
  EXPECT_EQ(details.message(), status.error_message());
  return details;
}

TEST(ToGrpcStatus, IsOkForOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(ToGrpcStatus, KeepsCodeMessageAndDetails) {
  const grpc::Status status = ToGrpcStatus(Error(absl::StatusCode::kFailedPrecondition,
                                                 "PLAN_CLOSED", "it was closed", {{"name", "x"}}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "it was closed");
  const google::rpc::Status details = DetailsOf(status);
  ASSERT_EQ(details.details_size(), 2);
  int known = 0;
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) {
      EXPECT_EQ(info.reason(), "PLAN_CLOSED");
      EXPECT_EQ(info.metadata().at("name"), "x");
      ++known;
    }
    google::rpc::PreconditionFailure failure;
    if (detail.UnpackTo(&failure)) {
      EXPECT_EQ(failure.violations(0).subject(), "x");
      ++known;
    }
  }
  EXPECT_EQ(known, 2);
}

TEST(ToGrpcStatus, GivesEveryErrorAReason) {
  const google::rpc::Status details = DetailsOf(ToGrpcStatus(absl::InternalError("broken")));
  ASSERT_EQ(details.details_size(), 1);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INTERNAL");
  EXPECT_EQ(info.domain(), "trellis");
}

TEST(ToGrpcStatus, LeavesOutTheLastViolationsOfTooMany) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 50; ++i) violations.push_back({absl::StrCat("f", i), std::string(300, 'x')});
  const grpc::Status status = ToGrpcStatus(InvalidRequest(violations));
  EXPECT_LE(status.error_details().size(), 4096u);
  const google::rpc::Status details = DetailsOf(status);
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    EXPECT_GE(bad.field_violations_size(), 10);
    EXPECT_EQ(bad.field_violations(0).field(), "f0");
    return;
  }
  FAIL() << "no BadRequest";
}

}  // namespace
}  // namespace trellis::services
