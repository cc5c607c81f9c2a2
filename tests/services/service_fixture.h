// What the tests of the services share: a server in this process, with a clock that stands still.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/lifecycle.h"
#include "tests/support/rpc_client.h"
#include "tests/support/seed.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_server.h"

namespace trellis::services {

using testing::ReasonOf;
using testing::Seed;
using Reply = absl::StatusOr<v1::SupportPlanReply>;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { client().IntroduceAll(); }

  const testing::RpcClient& client() const { return server_.client(); }

  // The answer to a request of `actor`.
  template <typename Response>
  absl::StatusOr<Response> Ask(const testing::Actor& actor,
                               const google::protobuf::Message& request) {
    return client().Ask<Response>(actor, request);
  }

  // Gives a command on a support plan that must be accepted.
  v1::SupportPlanReply Give(const testing::Actor& actor, const google::protobuf::Message& command) {
    Reply reply = client().Give(actor, command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
    return reply.ok() ? *std::move(reply) : v1::SupportPlanReply();
  }

  // Opens a plan with one concern.
  v1::SupportPlan Open() { return Give(testing::Tutor(), testing::OpenRequest()).support_plan(); }

  // Plays the step on `plan` and returns the reply.
  v1::SupportPlanReply Play(const v1::SupportPlan& plan, v1::PlayStep& step) {
    testing::Prepare(plan, *step.mutable_command());
    return Give({step.actor(), step.capacity()}, testing::RequestOf(step.command()));
  }

  // The position of an event that it writes, for the end of a plan of its own.
  int64_t WriteOne() {
    if (own_plan_.empty()) own_plan_ = Open().name();
    const auto request = testing::OutcomeRequest(own_plan_, "Calm.");
    return Give(testing::Tutor(), request).receipt().first_position();
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  testing::TestServer server_{directory_ / "data", clock_, directory_ / "backups"};

 private:
  std::string own_plan_;
};

// The error has what every error has.
inline void ExpectWellFormed(const absl::Status& status) {
  const auto info = testing::DetailOf<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(info.has_value()) << status;
  EXPECT_EQ(info->domain(), "trellis") << status;
  EXPECT_THAT(info->reason(), ::testing::MatchesRegex("[A-Z][A-Z0-9_]+")) << status;
  EXPECT_LE(info->reason().size(), 63u) << status;
  EXPECT_FALSE(status.message().empty());
  if (status.code() == absl::StatusCode::kFailedPrecondition) {
    const auto failure = testing::DetailOf<google::rpc::PreconditionFailure>(status);
    ASSERT_TRUE(failure.has_value()) << status;
    EXPECT_EQ(failure->violations(0).type(), info->reason());
  }
  if (info->reason() == "INVALID_REQUEST" || info->reason() == "PAGE_TOKEN_INVALID") {
    EXPECT_FALSE(testing::BadFieldsOf(status).empty()) << status;
  }
}

inline void ExpectError(const absl::Status& status, absl::StatusCode code,
                        const std::string& reason) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ReasonOf(status), reason) << status;
  ExpectWellFormed(status);
}

}  // namespace trellis::services
