// A disk that does not keep what it is given: the server says so by ending.
#include <cstdlib>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"

namespace trellis::integration {
namespace {

constexpr int kLogFailed = 4;

class FailingSyncTest : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizer must be loaded first";
#endif
    setenv("LD_PRELOAD", FAILING_SYNC_PATH, 1);
    setenv("FAILING_SYNC", fails_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("LD_PRELOAD");
    unsetenv("FAILING_SYNC");
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
  const std::string fails_ = directory_ / "fails";
};

TEST_F(FailingSyncTest, EndsTheServerWithACodeOfItsOwnAndLosesNothing) {
  std::string name;
  v1::OpenSupportPlanRequest unanswered = testing::OpenRequest();
  {
    Daemon daemon(Serving(data_));
    ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
    const testing::RpcClient client(daemon.grpc_address());
    const auto opened = client.Give(testing::Tutor(), testing::OpenRequest());
    ASSERT_TRUE(opened.ok()) << opened.status();
    name = opened->support_plan().name();
    std::ofstream(fails_) << "now";
    EXPECT_EQ(client.Give(testing::Tutor(), unanswered).status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(daemon.Wait(), kLogFailed) << daemon.err();
  }
  std::remove(fails_.c_str());
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  const testing::RpcClient client(daemon.grpc_address());
  EXPECT_TRUE(client.Get(name).ok());
  const auto opened = client.Give(testing::Tutor(), unanswered);
  EXPECT_TRUE(opened.ok()) << opened.status();
}

}  // namespace
}  // namespace trellis::integration
