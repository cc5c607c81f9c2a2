// A disk without room: commands fail and say why, reads go on, nothing acknowledged is lost.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <sys/mount.h>
#include <vector>

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"

namespace trellis::integration {
namespace {

using ::testing::HasSubstr;
using testing::RpcClient;

// A disk of 24 MiB that can be given more room.
class FullDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(disk_);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=24m") != 0) {
      GTEST_SKIP() << "no file system can be mounted here: " << strerror(errno);
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (!mounted_) return;
    EXPECT_EQ(umount(disk_.c_str()), 0) << strerror(errno);
  }
  void MakeRoom() { ASSERT_EQ(mount("tmpfs", disk_.c_str(), "tmpfs", MS_REMOUNT, "size=256m"), 0); }

  // Opens a plan of half a megabyte.
  static v1::OpenSupportPlanRequest LargeRequest() {
    v1::OpenSupportPlanRequest request = testing::OpenRequest();
    for (int i = 0; i < 50; ++i) {
      v1::Target& target = *request.mutable_support_plan()->add_targets();
      target.set_concern_id("c1");
      target.set_statement(Incompressible());
      target.set_success_measure("Seen.");
      target.set_due_on("2022-10-14");
    }
    return request;
  }
  static std::string Incompressible() {
    std::string text;
    while (text.size() < 9'900) text += testing::NewId();
    return text;
  }

  testing::TempDirectory directory_;
  const std::string disk_ = directory_ / "disk";
  const std::string data_ = disk_ + "/data";
  bool mounted_ = false;
};

TEST_F(FullDiskTest, CommandsFailReadsGoOnAndNothingIsLost) {
  std::map<std::string, std::string> plans;
  std::vector<v1::OpenSupportPlanRequest> failed;
  {
    Daemon daemon(Serving(data_));
    ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
    auto client = std::make_unique<const RpcClient>(daemon.grpc_address());
    for (int i = 0; i < 200 && failed.size() < 3; ++i) {
      const auto request = LargeRequest();
      const auto reply = client->Give(testing::Tutor(), request);
      if (reply.ok()) {
        plans[reply->support_plan().name()] = reply->support_plan().SerializeAsString();
        continue;
      }
      EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable) << reply.status();
      EXPECT_THAT(absl::AsciiStrToLower(std::string(reply.status().message())),
                  HasSubstr("no space"));
      failed.push_back(request);
    }
    ASSERT_EQ(failed.size(), 3u) << "the disk never filled up";
    ASSERT_GT(plans.size(), 3u);
    for (const auto& [name, bytes] : plans) {
      const auto plan = client->Get(name);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_TRUE(plan->SerializeAsString() == bytes) << name;
    }
    client.reset();
    daemon.Signal(SIGTERM);
    EXPECT_EQ(daemon.Wait(), 0) << daemon.err();
  }
  MakeRoom();
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  const RpcClient client(daemon.grpc_address());
  for (const auto& [name, bytes] : plans) {
    const auto plan = client.Get(name);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_TRUE(plan->SerializeAsString() == bytes) << name;
  }
  // What failed, whether it was written or not, completes.
  for (const auto& request : failed) {
    const auto reply = client.Give(testing::Tutor(), request);
    EXPECT_TRUE(reply.ok()) << reply.status();
  }
}

}  // namespace
}  // namespace trellis::integration
