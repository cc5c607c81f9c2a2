#include "clients/trellis/errors.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "base/error.h"
#include "clients/trellis/grammar/usage.h"

namespace trellis::cli {
namespace {

TEST(ExitCode, SaysWhatToDoNext) {
  using Code = absl::StatusCode;
  const std::vector<std::pair<Code, int>> codes = {
      {Code::kInternal, 1},          {Code::kUnknown, 1},         {Code::kDataLoss, 1},
      {Code::kUnimplemented, 1},     {Code::kCancelled, 1},       {Code::kInvalidArgument, 3},
      {Code::kOutOfRange, 3},        {Code::kNotFound, 4},        {Code::kFailedPrecondition, 5},
      {Code::kPermissionDenied, 5},  {Code::kUnauthenticated, 5}, {Code::kAlreadyExists, 5},
      {Code::kAborted, 6},           {Code::kUnavailable, 7},     {Code::kDeadlineExceeded, 7},
      {Code::kResourceExhausted, 7},
  };
  for (const auto& [code, exit_code] : codes) {
    EXPECT_EQ(ExitCode(absl::Status(code, "x")), exit_code) << absl::StatusCodeToString(code);
  }
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCode(UsageError("x")), 2);
}

TEST(ErrorText, IsOneLineWithTheReason) {
  EXPECT_EQ(ErrorText(UsageError("--due-on: no value")), "trellis: --due-on: no value\n");
  EXPECT_EQ(ErrorText(Error(absl::StatusCode::kNotFound, "PLAN_NOT_FOUND", "plan x\nis not")),
            "trellis: plan x is not (PLAN_NOT_FOUND)\n");
  EXPECT_EQ(ErrorText(absl::UnavailableError("down")), "trellis: down (UNAVAILABLE)\n");
}

TEST(ErrorText, ListsSeveralViolations) {
  EXPECT_EQ(ErrorText(InvalidRequest({{"name", "empty"}})),
            "trellis: name: empty (INVALID_REQUEST)\n");
  EXPECT_EQ(ErrorText(InvalidRequest({{"name", "empty"}, {"concern.cause", "empty"}})),
            "trellis: name: empty (and 1 more) (INVALID_REQUEST)\n"
            "  name: empty\n"
            "  concern.cause: empty\n");
}

TEST(WithMessage, KeepsCodeAndReason) {
  const absl::Status status = WithMessage(Error(absl::StatusCode::kAborted, "STALE", "old"), "new");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "new");
  EXPECT_EQ(ErrorReason(status), "STALE");
}

TEST(ExitCodesHelp, IsInTheManual) {
  std::ifstream in("docs/command-line.md");
  const std::string manual(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(manual, testing::HasSubstr(ExitCodesHelp()));
}

}  // namespace
}  // namespace trellis::cli
