// What the tests of backups share: a signed log that grows, backups of it, and what they restore.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "backup/backup_directory.h"
#include "backup/files.h"
#include "backup/make_backup.h"
#include "backup/restore.h"
#include "eventstore/database.h"
#include "eventstore/log_tree.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/support/seed.h"

namespace trellis::backup {

using eventstore::Position;
using eventstore::ReasonOf;
using eventstore::TestKey;
namespace fs = std::filesystem;

// Every file under `directory` with its bytes, by its path there.
inline std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[fs::relative(entry.path(), directory)] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

class BackupTest : public eventstore::LogTest {
 protected:
  std::string backups() const { return scratch_ / "backups"; }
  std::string data() const { return scratch_ / "restored"; }

  // A commit of 1 to 4 events to one of ten streams; each payload begins with what no other has.
  void WriteCommit() {
    const size_t stream = random_() % revisions_.size();
    const size_t events = 1 + random_() % 4;
    std::vector<std::string> payloads;
    for (size_t i = 0; i < events; ++i) {
      secrets_.push_back(NewSecret());
      payloads.push_back(absl::StrCat(secrets_.back(), std::string(random_() % 400, 'x')));
    }
    const auto commit = eventstore::NewCommit(
        {eventstore::ToStream(absl::StrCat("streams/", stream), revisions_[stream], payloads)});
    requests_.push_back(commit.origin.request_id);
    const auto written = Write(commit);
    ASSERT_TRUE(written.ok()) << written.status();
    revisions_[stream] += events;
    ends_.push_back(written->last_position);
  }
  void WriteCommits(int count) {
    for (int i = 0; i < count; ++i) ASSERT_NO_FATAL_FAILURE(WriteCommit());
  }

  MakeOptions Making() {
    return {.directory = backups(),
            .links = directory_ / "links",
            .key = TestKey(),
            .link = [this](const std::string& path) { return log_->LinkTo(path + "/log"); }};
  }
  absl::StatusOr<Manifest> Make() { return MakeBackup(Making(), clock_); }

  RestoreOptions Restoring() { return {.from = backups(), .data = data()}; }

  Digest RootAt(Position size) {
    const auto checkpoint = log_->CheckpointAt(size);
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    return (*checkpoint)->root;
  }
  // The log of a restored ledger, open to go on.
  std::unique_ptr<eventstore::EventLog> OpenRestored(const proofs::SignerKey& key) {
    auto log = eventstore::EventLog::Open(
        {.directory = data() + "/log", .ledger = key.verifier().name(), .key = key}, clock_);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  // Bytes that compression leaves as they are.
  std::string NewSecret() {
    std::string secret(16, '\0');
    for (char& byte : secret) byte = static_cast<char>(random_());
    return secret;
  }
  // Nothing is where it was to be restored, nor beside it.
  void ExpectNothingRestored() {
    EXPECT_FALSE(fs::exists(data()));
    EXPECT_FALSE(fs::exists(data() + ".restoring"));
  }

  testing::TempDirectory scratch_;
  std::mt19937_64 random_{testing::Seed()};
  std::vector<eventstore::Revision> revisions_ = std::vector<eventstore::Revision>(10);
  // Of each event, what its payload begins with.
  std::vector<std::string> secrets_;
  // Of each commit: its request, and the position that it ends with.
  std::vector<Uuid> requests_;
  std::vector<Position> ends_;
};

}  // namespace trellis::backup
