// Starting trellisd, and what keeps it from starting.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <httplib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"

namespace trellis::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr int kUsage = 2;
constexpr int kCannotStart = 3;

// It ended with this code, and one line on standard error that says `what`.
void ExpectOneLine(const Ended& ended, int exit_code, const std::string& what) {
  EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, StartsWith("trellisd: "));
  EXPECT_THAT(ended.err, HasSubstr(what));
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
}

// Calls once and goes: a client that stays connected and idle makes a drain take seconds, because
// gRPC's client looks after its idle connections that seldom.
bool OpensAPlan(const Daemon& daemon) {
  const testing::RpcClient client(daemon.grpc_address());
  return client.Give(testing::Tutor(), testing::OpenRequest()).ok();
}

class StartTest : public ::testing::Test {
 protected:
  void SetUp() override { unsetenv("TRELLIS_DATA"); }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
};

TEST_F(StartTest, SaysWhereItServes) {
  Daemon daemon(Serving(data_, {"--ledger", "north"}));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  EXPECT_THAT(daemon.out(),
              MatchesRegex("trellisd serves ledger north on grpc 127.0.0.1:[0-9]+ and http "
                           "http://127.0.0.1:[0-9]+, data in " +
                           data_ + "\n"));
  EXPECT_TRUE(OpensAPlan(daemon));
  EXPECT_EQ(httplib::Client("http://" + daemon.http_address()).Get("/healthz")->status, 200);
  // What it keeps is for its own user alone.
  EXPECT_EQ(std::filesystem::status(data_).permissions(), std::filesystem::perms::owner_all);
  daemon.Signal(SIGINT);
  EXPECT_EQ(daemon.Wait(), 0);
  EXPECT_THAT(daemon.err(), HasSubstr("server.stopped"));
}

TEST_F(StartTest, StopsAtOnceWhereNobodyCalls) {
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
}

TEST_F(StartTest, MakesTheDirectoriesAboveItsData) {
  Daemon daemon(Serving(directory_ / "a/b/c"));
  EXPECT_TRUE(daemon.AwaitServing()) << daemon.err();
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a/b/c/log"));
}

TEST_F(StartTest, TakesItsSettingsFromAFile) {
  const std::string file = directory_ / "trellisd.toml";
  std::ofstream(file) << "data = \"" << data_ << "\"\nlisten = \"127.0.0.1:0\"\n"
                      << "http = \"127.0.0.1:0\"\nledger = \"from-file\"\n";
  Daemon daemon({"--dev", "--config", file});
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  EXPECT_THAT(daemon.out(), HasSubstr("ledger from-file"));
  EXPECT_THAT(daemon.out(), HasSubstr(data_));
}

TEST_F(StartTest, ExplainsItself) {
  const Ended help = RunToEnd({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("--listen"));
  EXPECT_THAT(help.err, IsEmpty());
  const Ended version = RunToEnd({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, MatchesRegex("trellisd [0-9.]+\n"));
}

TEST_F(StartTest, RefusesWrongUsage) {
  ExpectOneLine(RunToEnd({"--lisen", "127.0.0.1:0"}), kUsage, "--lisen");
  ExpectOneLine(RunToEnd(Serving(data_, {"--ledger", "no spaces"})), kUsage, "--ledger");
  ExpectOneLine(RunToEnd({"--dev", "--data", data_, "--listen", "0.0.0.0:0"}), kUsage, "loopback");
  ExpectOneLine(RunToEnd({"--dev", "--data", data_, "--http", "[::]:0"}), kUsage, "loopback");
  ExpectOneLine(RunToEnd({"--data", data_}), kUsage, "--issuer");
  ExpectOneLine(RunToEnd({"--config", directory_ / "none.toml"}), kUsage, "none.toml");
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(StartTest, RefusesADirectoryThatAnotherProcessServes) {
  Daemon first(Serving(data_));
  ASSERT_TRUE(first.AwaitServing()) << first.err();
  ExpectOneLine(RunToEnd(Serving(data_)), kCannotStart, data_);
  // The first one is not disturbed.
  EXPECT_TRUE(OpensAPlan(first));
}

TEST_F(StartTest, RefusesABusyPort) {
  Daemon first(Serving(data_));
  ASSERT_TRUE(first.AwaitServing()) << first.err();
  const std::string other = directory_ / "other";
  for (const std::string& busy : {first.grpc_address(), first.http_address()}) {
    ExpectOneLine(RunToEnd({"--dev", "--data", other, "--listen", busy, "--http", "127.0.0.1:0"}),
                  kCannotStart, busy);
    ExpectOneLine(RunToEnd({"--dev", "--data", other, "--listen", "127.0.0.1:0", "--http", busy}),
                  kCannotStart, busy);
  }
}

TEST_F(StartTest, RefusesDataThatItCannotUse) {
  const std::string file = directory_ / "file";
  std::ofstream(file) << "not a directory";
  ExpectOneLine(RunToEnd(Serving(file)), kCannotStart, file);
  ExpectOneLine(RunToEnd(Serving(file + "/data")), kCannotStart, file);
  ExpectOneLine(RunToEnd(Serving("/proc/none")), kCannotStart, "/proc/none");
}

TEST_F(StartTest, RefusesAnotherLedger) {
  {
    Daemon first(Serving(data_, {"--ledger", "north"}));
    ASSERT_TRUE(first.AwaitServing()) << first.err();
  }
  ExpectOneLine(RunToEnd(Serving(data_, {"--ledger", "south"})), kCannotStart, "north");
}

TEST_F(StartTest, RefusesViewsThatAreAheadOfTheLog) {
  {
    Daemon first(Serving(data_));
    ASSERT_TRUE(first.AwaitServing()) << first.err();
    EXPECT_TRUE(OpensAPlan(first));
    first.Signal(SIGTERM);
    EXPECT_EQ(first.Wait(), 0);
  }
  std::filesystem::remove_all(data_ + "/log");
  ExpectOneLine(RunToEnd(Serving(data_)), kCannotStart, "the log ends at position 0");
  // As after a restore of an older copy, with its own checkpoint.
  std::filesystem::remove(data_ + "/log.checkpoint");
  ExpectOneLine(RunToEnd(Serving(data_)), kCannotStart, "delete the directory of the views");
}

TEST_F(StartTest, RefusesADiskThatCannotBeWritten) {
  std::filesystem::create_directory(data_);
  if (mount("tmpfs", data_.c_str(), "tmpfs", MS_RDONLY, "size=1m") != 0) {
    GTEST_SKIP() << "no file system can be mounted here: " << strerror(errno);
  }
  ExpectOneLine(RunToEnd(Serving(data_)), kCannotStart, data_);
  ExpectOneLine(RunToEnd(Serving(data_ + "/below")), kCannotStart, data_);
  EXPECT_EQ(umount(data_.c_str()), 0);
}

}  // namespace
}  // namespace trellis::integration
