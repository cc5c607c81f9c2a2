// Backups of a ledger that goes on: what they hold, what they copy, and how they end.
#include <atomic>
#include <csignal>
#include <set>
#include <sys/resource.h>
#include <thread>

#include "audit/ledger_check.h"
#include "proofs/note.h"
#include "tests/backup/backup_fixture.h"

namespace trellis::backup {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(BackupTest, WhatIsRestoredIsTheLedgerAsItWasAndGoesOn) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(300));
  const auto receipt = log_->checkpoint();
  // Others write while the backup is made.
  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, &stop, writer] {
      for (eventstore::Revision revision = 0; !stop; ++revision) {
        const auto written = eventstore::Append(
            *log_, eventstore::NewCommit({eventstore::ToStream(absl::StrCat("writers/", writer),
                                                               revision, {"one", "two"})}));
        ASSERT_TRUE(written.ok()) << written.status();
        ++revision;
      }
    });
  }
  const Position before = log_->durable_position();
  log_->WaitForMore(before + 20);
  const auto made = Make();
  log_->WaitForMore(log_->durable_position() + 20);
  stop = true;
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_GE(made->position, before + 20);
  EXPECT_LT(made->position, log_->durable_position());
  EXPECT_EQ(made->root, RootAt(made->position));

  const auto restored = Restore(Restoring());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->ledger, "test");
  EXPECT_EQ(restored->position, made->position);
  const auto report =
      audit::CheckLedger({.data = data(), .ledger = "test", .keys = {TestKey().verifier()}});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds());
  const auto log = OpenRestored(TestKey());
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->durable_position(), made->position);
  EXPECT_EQ((*log->CheckpointAt(made->position))->note,
            (*log_->CheckpointAt(made->position))->note);
  // What was signed for a client before is true of it.
  EXPECT_EQ((*log->CheckpointAt(receipt->size))->root, receipt->root);
  EXPECT_TRUE(
      eventstore::Append(*log, eventstore::NewCommit({eventstore::ToStream("new", 0, {"more"})}))
          .ok());
}

TEST_F(BackupTest, AnEmptyLedgerCanBeRestored) {
  ASSERT_TRUE(Make().ok());
  const auto restored = Restore(Restoring());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->position, 0u);
  EXPECT_NE(OpenRestored(TestKey()), nullptr);
}

TEST_F(BackupTest, ASecondOneCopiesOnlyWhatIsNew) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(600));
  const auto first = Make();
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_NO_FATAL_FAILURE(WriteCommits(20));
  const size_t stored = FilesIn(backups() + "/files").size();
  const auto second = Make();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->number, 2u);
  EXPECT_EQ(FilesIn(backups() + "/files").size(), stored + second->copied_files);

  std::map<std::string, ManifestFile> before;
  for (const ManifestFile& file : first->files) before[file.path] = file;
  uint64_t new_files = 0;
  uint64_t shared_tables = 0;
  for (const ManifestFile& file : second->files) {
    const auto found = before.find(file.path);
    const bool shared = found != before.end() && found->second.digest == file.digest;
    new_files += shared ? 0 : 1;
    shared_tables += shared && absl::EndsWith(file.path, ".sst") ? 1 : 0;
  }
  EXPECT_GE(shared_tables, 5u);
  EXPECT_LE(second->copied_files, new_files);
  EXPECT_LT(second->copied_bytes, second->bytes() / 2);
}

TEST_F(BackupTest, OneThatWasStoppedAnywhereIsNoneAndTheNextIsWhole) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(100));
  for (int at = 1;; ++at) {
    int calls = 0;
    MakeOptions options = Making();
    options.progress = [&](const Progress&) {
      return ++calls < at ? absl::OkStatus() : absl::CancelledError("stop");
    };
    const auto stopped = MakeBackup(options, clock_);
    EXPECT_FALSE(fs::exists(options.links));
    if (stopped.ok()) break;
    EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(ReasonOf(Restore(Restoring())), "BACKUP_NOT_FOUND");
    EXPECT_TRUE(FilesIn(backups()).empty());
    ASSERT_LT(at, 1000);
  }
  ExpectNothingRestored();
  const auto whole = BackupDirectory::Open(backups(), BackupDirectory::Use::kList);
  EXPECT_THAT(*(*whole)->Numbers(), ::testing::ElementsAre(1));
  EXPECT_TRUE(Restore(Restoring()).ok());
}

TEST_F(BackupTest, WhatAKilledOneHadCopiedIsUsedOrRemoved) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(300));
  ASSERT_TRUE(Make().ok());
  // As it is before the manifest is written.
  fs::remove(backups() + "/backups/1");
  std::ofstream(backups() + "/files/incoming") << "half a file";
  std::ofstream(backups() + "/files/" + std::string(64, '0')) << "of a backup that never was";
  const auto made = Make();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_LT(made->copied_bytes, made->bytes() / 2);
  std::set<Digest> wanted;
  for (const ManifestFile& file : made->files) wanted.insert(file.digest);
  EXPECT_EQ(FilesIn(backups() + "/files").size(), wanted.size());
  EXPECT_TRUE(Restore(Restoring()).ok());
}

TEST_F(BackupTest, ADirectoryIsOneLedgers) {
  ASSERT_TRUE(Make().ok());
  const auto other = proofs::SignerKey::Generate("test", proofs::KeyType::kNote);
  const auto made = MakeBackup(
      {.directory = backups(), .links = directory_ / "links", .key = *other, .link = Making().link},
      clock_);
  EXPECT_EQ(ReasonOf(made), "BACKUPS_FOREIGN");
  // It took nothing from those that are there.
  EXPECT_TRUE(Restore(Restoring()).ok());
}

TEST_F(BackupTest, OnlySoManyAreKeptAndEachOfThemCanBeRestored) {
  MakeOptions options = Making();
  options.keep = 2;
  std::vector<Position> positions;
  for (int i = 0; i < 4; ++i) {
    ASSERT_NO_FATAL_FAILURE(WriteCommits(100));
    const auto made = MakeBackup(options, clock_);
    ASSERT_TRUE(made.ok()) << made.status();
    positions.push_back(made->position);
  }
  const auto directory = BackupDirectory::Open(backups(), BackupDirectory::Use::kList);
  EXPECT_THAT(*(*directory)->Numbers(), ::testing::ElementsAre(3, 4));
  std::set<Digest> wanted;
  for (const uint64_t number : {3, 4}) {
    const auto manifest = (*directory)->Read(number, {});
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    for (const ManifestFile& file : manifest->files) wanted.insert(file.digest);
  }
  EXPECT_EQ(FilesIn(backups() + "/files").size(), wanted.size());
  RestoreOptions restoring = Restoring();
  restoring.number = 3;
  const auto restored = Restore(restoring);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->position, positions[2]);
  restoring.number = 2;
  restoring.data = scratch_ / "other";
  const auto gone = Restore(restoring);
  EXPECT_EQ(ReasonOf(gone), "BACKUP_NOT_FOUND");
  EXPECT_THAT(std::string(gone.status().message()), HasSubstr("which has 3, 4"));
}

TEST_F(BackupTest, ADirectoryIsUsedByOneAtATime) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(3));
  MakeOptions options = Making();
  std::string inner;
  options.progress = [&](const Progress&) {
    if (inner.empty()) inner = ReasonOf(Make()) + " " + ReasonOf(Restore(Restoring()));
    return absl::OkStatus();
  };
  EXPECT_TRUE(MakeBackup(options, clock_).ok());
  EXPECT_EQ(inner, "BACKUPS_IN_USE BACKUPS_IN_USE");
}

TEST_F(BackupTest, ALogWhoseWriteFailedIsNotBackedUp) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(3));
  disk_.FailWalSyncs();
  EXPECT_FALSE(Write(eventstore::NewCommit({eventstore::ToStream("s", 0, {"lost"})})).ok());
  EXPECT_FALSE(Make().ok());
}

TEST_F(BackupTest, ALogWhoseDiskIsNearlyFullIsLeftAlone) {
  MakeOptions options = Making();
  // No disk has less room.
  options.links = "/proc/links";
  EXPECT_EQ(ReasonOf(MakeBackup(options, clock_)), "BACKUP_NO_ROOM");
}

// Limits the size of files, as a disk does that is full. The log must be closed: RocksDB ends the
// process if a file that it merges cannot be written.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(BackupTest, AFullDiskEndsItAndNothingIsLeftBehind) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(200));
  ASSERT_TRUE(Make().ok());
  const auto before = FilesIn(backups());
  ASSERT_NO_FATAL_FAILURE(WriteCommits(200));
  {
    // It is full once the log has been linked.
    MakeOptions options = Making();
    std::unique_ptr<FullDisk> full;
    options.link = [&](const std::string& path) {
      auto linked = log_->LinkTo(path + "/log");
      log_.reset();
      full = std::make_unique<FullDisk>(4000);
      return linked;
    };
    const auto made = MakeBackup(options, clock_);
    EXPECT_EQ(ReasonOf(made), "FILE_UNWRITABLE");
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("files/incoming"));
    EXPECT_EQ(FilesIn(backups()), before);
  }
  {
    const FullDisk full(4000);
    EXPECT_EQ(ReasonOf(Restore(Restoring())), "FILE_UNWRITABLE");
  }
  ExpectNothingRestored();
  const auto restored = Restore(Restoring());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->manifest.number, 1u);
  Open();
  EXPECT_TRUE(Make().ok());
}

}  // namespace
}  // namespace trellis::backup
