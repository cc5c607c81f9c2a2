#include "base/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace trellis {
namespace {

template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const auto payload =
      status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  if (!payload.has_value()) return std::nullopt;
  Detail detail;
  EXPECT_TRUE(detail.ParseFromString(std::string(*payload)));
  return detail;
}

TEST(Error, CarriesItsReason) {
  const absl::Status status = Error(absl::StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND",
                                    "p does not exist", {{"name", "p"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "p does not exist");
  EXPECT_EQ(ErrorReason(status), "SUPPORT_PLAN_NOT_FOUND");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->domain(), "trellis");
  EXPECT_EQ(info->metadata().at("name"), "p");
  EXPECT_FALSE(DetailOf<google::rpc::PreconditionFailure>(status).has_value());
}

TEST(Error, OfAPreconditionSaysWhichOfWhat) {
  const absl::Status status = Error(absl::StatusCode::kFailedPrecondition, "PLAN_CLOSED",
                                    "p was closed", {{"subject", "p"}});
  const auto failure = DetailOf<google::rpc::PreconditionFailure>(status);
  ASSERT_TRUE(failure.has_value());
  ASSERT_EQ(failure->violations_size(), 1);
  EXPECT_EQ(failure->violations(0).type(), "PLAN_CLOSED");
  EXPECT_EQ(failure->violations(0).subject(), "p");
  EXPECT_EQ(failure->violations(0).description(), "p was closed");
}

TEST(InvalidRequest, HoldsAllViolations) {
  const absl::Status status =
      InvalidRequest({{"name", "missing"}, {"etag", "got 12"}, {"reason", "missing"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "name: missing (and 2 more)");
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad.has_value());
  ASSERT_EQ(bad->field_violations_size(), 3);
  EXPECT_EQ(bad->field_violations(1).field(), "etag");
  EXPECT_EQ(bad->field_violations(1).description(), "got 12");
}

TEST(InvalidRequest, OfOneViolationSaysJustThat) {
  const absl::Status status = InvalidRequest({{"name", "missing"}}, "OTHER_REASON");
  EXPECT_EQ(status.message(), "name: missing");
  EXPECT_EQ(ErrorReason(status), "OTHER_REASON");
}

TEST(ErrorReason, IsEmptyForStatusesThatAreNotOurs) {
  EXPECT_EQ(ErrorReason(absl::OkStatus()), "");
  EXPECT_EQ(ErrorReason(absl::InternalError("disk")), "");
  absl::Status broken = absl::InternalError("disk");
  broken.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff"));
  EXPECT_EQ(ErrorReason(broken), "");
}

}  // namespace
}  // namespace trellis
