// Backups as operations, over gRPC.
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "audit/ledger_check.h"
#include "backup/restore.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/admin_service.pb.h"

namespace trellis::services {
namespace {

namespace fs = std::filesystem;
namespace longrunning = google::longrunning;
using longrunning::Operation;
using ::testing::HasSubstr;

class BackupsTest : public ServiceTest {
 protected:
  static v1::StartBackupRequest NewRequest() {
    v1::StartBackupRequest request;
    request.set_request_id(testing::NewId());
    return request;
  }
  absl::StatusOr<Operation> Start(const v1::StartBackupRequest& request = NewRequest()) {
    return client().Read<Operation>(request);
  }
  absl::StatusOr<Operation> Wait(const std::string& name, const std::string& timeout) {
    auto request = testing::ParseText<longrunning::WaitOperationRequest>(timeout);
    request.set_name(name);
    return client().Read<Operation>(request);
  }
  // A backup that has come to its end.
  v1::Backup Make() {
    const auto begun = Start();
    EXPECT_TRUE(begun.ok()) << begun.status();
    const auto done = Wait(begun->name(), "timeout { seconds: 60 }");
    EXPECT_TRUE(done.ok() && done->done()) << done.status();
    v1::Backup backup;
    EXPECT_TRUE(done->response().UnpackTo(&backup)) << done->DebugString();
    return backup;
  }
  template <typename Request, typename Response = google::protobuf::Empty>
  std::string ReasonFor(const std::string& name) {
    Request request;
    request.set_name(name);
    return ReasonOf(client().Read<Response>(request));
  }

  const std::string backups_ = directory_ / "backups";
  const std::string restored_ = directory_ / "restored";
};

TEST_F(BackupsTest, OneIsAnOperationThatEndsWithABackup) {
  Open();
  const v1::Backup backup = Make();
  EXPECT_EQ(backup.name(), "backups/1");
  EXPECT_GT(backup.position(), 0);
  EXPECT_EQ(backup.root().size(), 32u);
  EXPECT_GT(backup.file_count(), 5);
  // All but what the two stores have alike.
  EXPECT_GT(backup.copied_bytes(), backup.size_bytes() - 100);
  v1::GetBackupRequest get;
  get.set_name("backups/1");
  EXPECT_EQ(client().Read<v1::Backup>(get)->SerializeAsString(), backup.SerializeAsString());
  Open();
  Make();
  const auto list = client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest());
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->backups_size(), 2);
  EXPECT_EQ(list->backups(0).name(), "backups/2");
  const auto operations =
      client().Read<longrunning::ListOperationsResponse>(longrunning::ListOperationsRequest());
  ASSERT_TRUE(operations.ok()) << operations.status();
  EXPECT_EQ(operations->operations_size(), 2);
  EXPECT_FALSE(fs::exists(directory_ / "data/backup.links"));
}

TEST_F(BackupsTest, AServerOfWhatIsRestoredGoesOn) {
  const v1::SupportPlan plan = Open();
  google::pubsub::v1::Subscription subscription;
  subscription.set_name("projects/trellis/subscriptions/kept");
  subscription.set_topic("projects/trellis/topics/events");
  ASSERT_TRUE(client().Read<google::pubsub::v1::Subscription>(subscription).ok());
  Make();
  const auto restored = backup::Restore({.from = backups_, .data = restored_});
  ASSERT_TRUE(restored.ok()) << restored.status();
  // No backup has keys: they are brought from elsewhere.
  fs::copy_file(directory_ / "data/signing.key", restored_ + "/signing.key");
  fs::copy_file(directory_ / "data/master.key", restored_ + "/master.key");
  fs::copy(directory_ / "data/keys", restored_ + "/keys", fs::copy_options::recursive);
  const testing::TestServer server(restored_, clock_);
  EXPECT_EQ(server.client().Get(plan.name())->SerializeAsString(), plan.SerializeAsString());
  EXPECT_TRUE(
      server.client().Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Calm.")).ok());
  google::pubsub::v1::GetSubscriptionRequest get;
  get.set_subscription(subscription.name());
  EXPECT_TRUE(server.client().Read<google::pubsub::v1::Subscription>(get).ok());
}

TEST_F(BackupsTest, WhoLookedIsInItAndCanBeLeftOut) {
  const v1::SupportPlan plan = Open();
  EXPECT_TRUE(client().Get(plan.name()).ok());
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  Make();
  const auto restored = backup::Restore({.from = backups_, .data = restored_});
  ASSERT_TRUE(restored.ok()) << restored.status();
  const auto checked = audit::CheckLedger({.data = restored_, .ledger = "trellis"});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_TRUE(checked->holds());
  EXPECT_TRUE(std::any_of(checked->parts.begin(), checked->parts.end(), [](const auto& part) {
    return part.name == "access log" && absl::StrContains(part.what, "as the ledger recorded it");
  }));
  const std::string without = directory_ / "without";
  ASSERT_TRUE(
      backup::Restore({.from = backups_, .data = without, .without_access_log = true}).ok());
  EXPECT_FALSE(fs::exists(without + "/access"));
  const auto told = audit::CheckLedger({.data = without, .ledger = "trellis"});
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_FALSE(told->holds()) << "that it is missing is told";
}

TEST_F(BackupsTest, TheSameRequestIsTheSameOperation) {
  v1::StartBackupRequest request = NewRequest();
  const auto begun = Start(request);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->name(), "operations/" + request.request_id());
  ASSERT_TRUE(Wait(begun->name(), "timeout { seconds: 60 }").ok());
  const auto again = Start(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->done());
  request.set_keep_count(3);
  EXPECT_EQ(ReasonOf(Start(request)), "REQUEST_ID_REUSED");
  request = NewRequest();
  request.set_keep_count(-1);
  EXPECT_EQ(ReasonOf(Start(request)), "INVALID_REQUEST");
}

TEST_F(BackupsTest, OnlyOneIsMadeAtATimeAndItCanBeCancelled) {
  // Whoever copies to a pipe waits until somebody reads it.
  std::signal(SIGPIPE, SIG_IGN);
  fs::create_directories(backups_ + "/files");
  const std::string pipe = backups_ + "/files/incoming";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto begun = Start();
  ASSERT_TRUE(begun.ok()) << begun.status();
  const auto second = Start();
  EXPECT_EQ(ReasonOf(second), "BACKUP_RUNNING");
  EXPECT_EQ(testing::ErrorMetadataOf(second.status(), "operation"), begun->name());
  auto waiting =
      std::async(std::launch::async, [&] { return Wait(begun->name(), "timeout { seconds: 1 }"); });
  while (waiting.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    clock_.Advance(absl::Seconds(1));
  }
  const auto waited = waiting.get();
  ASSERT_TRUE(waited.ok()) << waited.status();
  EXPECT_FALSE(waited->done());
  EXPECT_EQ(ReasonFor<longrunning::DeleteOperationRequest>(begun->name()), "OPERATION_RUNNING");
  // Commands go on meanwhile.
  Open();

  EXPECT_EQ(ReasonFor<longrunning::CancelOperationRequest>(begun->name()), "OK");
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  const auto done = Wait(begun->name(), "timeout { seconds: 60 }");
  close(reader);
  ASSERT_TRUE(done.ok() && done->done()) << done.status();
  EXPECT_EQ(done->error().code(), static_cast<int>(absl::StatusCode::kCancelled));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(done->error().details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "BACKUP_CANCELLED");
  v1::BackupProgress progress;
  ASSERT_TRUE(done->metadata().UnpackTo(&progress));
  EXPECT_TRUE(progress.cancel_requested());
  EXPECT_GT(progress.files(), 0);

  EXPECT_EQ(client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest())->backups_size(), 0);
  EXPECT_EQ(ReasonFor<longrunning::CancelOperationRequest>(begun->name()), "OK");
  EXPECT_EQ(ReasonFor<longrunning::DeleteOperationRequest>(begun->name()), "OK");
  EXPECT_EQ((ReasonFor<longrunning::GetOperationRequest, Operation>(begun->name())),
            "OPERATION_NOT_FOUND");
  fs::remove(pipe);
  EXPECT_EQ(Make().name(), "backups/1");
}

TEST_F(BackupsTest, OneWhoseManifestIsDamagedIsListedAsSuch) {
  Make();
  fs::resize_file(backups_ + "/backups/1", 100);
  const auto list = client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest());
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->backups(0).name(), "backups/1");
  EXPECT_THAT(list->backups(0).damage(), HasSubstr(backups_ + "/backups/1"));
  EXPECT_EQ((ReasonFor<v1::GetBackupRequest, v1::Backup>("backups/1")), "BACKUP_DAMAGED");
  // It takes nothing from the next one.
  EXPECT_EQ(Make().name(), "backups/2");
  EXPECT_TRUE(backup::Restore({.from = backups_, .data = restored_}).ok());
}

TEST_F(BackupsTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ((ReasonFor<v1::GetBackupRequest, v1::Backup>("backups/1")), "BACKUP_NOT_FOUND");
  EXPECT_EQ((ReasonFor<v1::GetBackupRequest, v1::Backup>("1")), "NAME_INVALID");
  EXPECT_EQ(ReasonFor<longrunning::CancelOperationRequest>("operations/x"), "OPERATION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Wait("operations/x", "")), "OPERATION_NOT_FOUND");
  EXPECT_EQ(client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest())->backups_size(), 0);
  longrunning::ListOperationsRequest filtered;
  filtered.set_filter("done = true");
  EXPECT_EQ(ReasonOf(client().Read<longrunning::ListOperationsResponse>(filtered)),
            "INVALID_REQUEST");
  const testing::TestServer without(directory_ / "other", clock_);
  EXPECT_EQ(ReasonOf(without.client().Read<Operation>(NewRequest())), "BACKUPS_NOT_CONFIGURED");
  EXPECT_EQ(ReasonOf(without.client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest())),
            "BACKUPS_NOT_CONFIGURED");
}

}  // namespace
}  // namespace trellis::services
