// Backups of the real server under load, and what they are worth after its end.
#include <csignal>
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "backup/backup_directory.h"
#include "backup/restore.h"
#include "gmock/gmock.h"
#include "google/longrunning/operations.pb.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/integration/load.h"
#include "tests/support/seed.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::integration {
namespace {

namespace fs = std::filesystem;
using google::longrunning::Operation;
using testing::RpcClient;

class BackupTest : public ::testing::Test {
 protected:
  std::unique_ptr<Daemon> Start(const std::string& data) {
    auto daemon = std::make_unique<Daemon>(Serving(
        data, {"--backups", directory_ / "backups", "--key-backups", directory_ / "key-backups"}));
    EXPECT_TRUE(daemon->AwaitServing()) << daemon->err();
    return daemon;
  }
  static std::string Begin(const RpcClient& client) {
    v1::StartBackupRequest request;
    request.set_request_id(testing::NewId());
    const auto begun = client.Read<Operation>(request);
    EXPECT_TRUE(begun.ok()) << begun.status();
    return begun.ok() ? begun->name() : "";
  }
  static v1::Backup Make(const RpcClient& client) {
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(Begin(client));
    wait.mutable_timeout()->set_seconds(60);
    const auto done = client.Read<Operation>(wait);
    v1::Backup backup;
    EXPECT_TRUE(done.ok() && done->response().UnpackTo(&backup)) << done.status();
    return backup;
  }
  // The root of the ledger's first `size` events, as the server has it.
  static std::string RootAt(const RpcClient& client, int64_t size) {
    v1::GetProofRequest request;
    request.set_position(size);
    request.set_tree_size(size);
    const auto proof = client.Read<v1::EventProof>(request);
    EXPECT_TRUE(proof.ok()) << proof.status();
    return proof.ok() ? proof->root() : "";
  }
  backup::Restored Restore(uint64_t number) {
    fs::remove_all(restored_);
    const auto restored =
        backup::Restore({.from = directory_ / "backups", .number = number, .data = restored_});
    EXPECT_TRUE(restored.ok()) << restored.status();
    fs::copy(directory_ / ("key-backups/" + std::to_string(number)), restored_ + "/keys");
    for (const char* const key : {"/signing.key", "/master.key"}) {
      fs::copy_file(data_ + key, restored_ + key);
    }
    return restored.ok() ? *restored : backup::Restored();
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
  const std::string restored_ = directory_ / "restored";
};

TEST_F(BackupTest, ADrillBringsBackTheLedgerWithItsRootAndReceipts) {
  auto daemon = Start(data_);
  Load load;
  load.Start(daemon->grpc_address());
  load.AwaitAcknowledged(100);
  std::string key;
  v1::Backup last;
  {
    const RpcClient client(daemon->grpc_address());
    const v1::Backup under_load = Make(client);
    load.AwaitAcknowledged(200);
    EXPECT_EQ(under_load.root(), RootAt(client, under_load.position()));
    EXPECT_EQ(Restore(1).position, static_cast<uint64_t>(under_load.position()));
    const auto checkpoint = client.Read<v1::LedgerCheckpoint>(v1::GetCheckpointRequest());
    key = checkpoint->log_keys(0);
  }
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
  load.Join();
  daemon = Start(data_);
  {
    const RpcClient client(daemon->grpc_address());
    load.Complete(client);
    last = Make(client);
    EXPECT_LT(last.copied_bytes(), last.size_bytes());
  }
  // The disk with the ledger is gone.
  daemon->Signal(SIGKILL);
  daemon->Wait();
  Restore(2);

  daemon = Start(restored_);
  {
    const RpcClient client(daemon->grpc_address());
    EXPECT_EQ(RootAt(client, last.position()), last.root());
    load.Check(client, true);
    load.CheckRepeated(client, 5);
    load.CheckReceipts(client, key, 3);
    EXPECT_TRUE(client.Give(testing::Tutor(), testing::OpenRequest()).ok());
  }
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
  const auto keys = audit::KeysBeside::Open(restored_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto report =
      audit::CheckLedger({.data = restored_, .ledger = "trellis", .vault = &(*keys)->vault()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << report->findings.kept().front();
}

TEST_F(BackupTest, AnEndOfTheServerLeavesNoHalfBackup) {
  std::mt19937_64 random(testing::Seed());
  auto daemon = Start(data_);
  Load load;
  for (int round = 0; round < 6; ++round) {
    load.Start(daemon->grpc_address());
    load.AwaitAcknowledged(1 + random() % 50);
    Begin(RpcClient(daemon->grpc_address()));
    // At once it is hardly begun, later it may be whole.
    if (round % 2 == 1) load.AwaitAcknowledged(51 + random() % 30);
    const bool drains = round % 3 == 2;
    daemon->Signal(drains ? SIGTERM : SIGKILL);
    EXPECT_EQ(daemon->Wait(), drains ? 0 : 128 + SIGKILL);
    load.Join();
    daemon = Start(data_);
    EXPECT_FALSE(fs::exists(data_ + "/backup.links"));
  }
  const RpcClient client(daemon->grpc_address());
  load.Complete(client);
  const v1::Backup last = Make(client);
  // Each that is there is whole, and what the server has.
  std::set<Digest> wanted;
  const auto directory =
      backup::BackupDirectory::Open(directory_ / "backups", backup::BackupDirectory::Use::kList);
  const std::vector<uint64_t> numbers = *(*directory)->Numbers();
  for (const uint64_t number : numbers) {
    const backup::Restored restored = Restore(number);
    EXPECT_EQ(std::string(AsBytes(restored.manifest.root)),
              RootAt(client, static_cast<int64_t>(restored.position)));
    for (const auto& file : restored.manifest.files) wanted.insert(file.digest);
  }
  EXPECT_EQ(last.name(), absl::StrCat("backups/", numbers.back()));
  // Nothing is left of those that were not finished.
  const auto stored = fs::directory_iterator(directory_ / "backups/files");
  EXPECT_EQ(static_cast<size_t>(std::distance(begin(stored), end(stored))), wanted.size());
}

}  // namespace
}  // namespace trellis::integration
