// A disk without room: commands fail and say why, reads go on, nothing acknowledged is lost.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mount.h>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"

namespace trellis::integration {
namespace {

using testing::RpcClient;

// A disk with more room than the log wants to spare, until it is taken.
class FullDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(disk_);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=768m") != 0) {
      GTEST_SKIP() << "no file system can be mounted here: " << strerror(errno);
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (!mounted_) return;
    EXPECT_EQ(umount(disk_.c_str()), 0) << strerror(errno);
  }
  void TakeRoom() {
    const auto free = static_cast<off_t>(std::filesystem::space(disk_).available);
    const FileDescriptor file(open(filler_.c_str(), O_WRONLY | O_CREAT, 0600));
    ASSERT_EQ(posix_fallocate(file.get(), 0, free - (200 << 20)), 0);
  }
  void MakeRoom() { std::filesystem::remove(filler_); }

  testing::TempDirectory directory_;
  const std::string disk_ = directory_ / "disk";
  const std::string data_ = disk_ + "/data";
  const std::string filler_ = disk_ + "/filler";
  bool mounted_ = false;
};

TEST_F(FullDiskTest, CommandsAreRefusedReadsGoOnAndSoDoCommandsOnceThereIsRoom) {
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  const RpcClient client(daemon.grpc_address());
  const auto opened = client.Give(testing::Tutor(), testing::OpenRequest());
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_NO_FATAL_FAILURE(TakeRoom());
  const auto request = testing::OpenRequest();
  for (int i = 0; i < 3; ++i) {
    const absl::Status refused = client.Give(testing::Tutor(), request).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ErrorReason(refused), "DISK_FULL");
    EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  }
  EXPECT_TRUE(client.Get(opened->support_plan().name()).ok());
  MakeRoom();
  const auto late = client.Give(testing::Tutor(), request);
  EXPECT_TRUE(late.ok()) << late.status();
}

}  // namespace
}  // namespace trellis::integration
