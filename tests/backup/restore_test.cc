// What is not restored, and what is made of a part of a backup.
#include "eventstore/checkpoint_file.h"
#include "proofs/key_file.h"
#include "proofs/note.h"
#include "tests/backup/backup_fixture.h"

namespace trellis::backup {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RestoreTest : public BackupTest {
 protected:
  std::string Refusal(const RestoreOptions& options) {
    const auto restored = Restore(options);
    return absl::StrCat(ReasonOf(restored), ": ", restored.status().message());
  }
};

TEST_F(RestoreTest, AnyDamageOfAFileIsRefusedAndTheFileNamed) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(300));
  ASSERT_TRUE(Make().ok());
  const auto files = FilesIn(backups());
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : files) paths.push_back(path);
  ASSERT_GT(paths.size(), 10u);
  for (int sample = 0; sample < 240; ++sample) {
    // The manifest as often as all others.
    const std::string path = sample % 2 == 0 ? "backups/1" : paths[random_() % paths.size()];
    const std::string& bytes = files.at(path);
    const std::string file = backups() + "/" + path;
    std::string damaged = bytes;
    const size_t at = bytes.empty() ? 0 : random_() % bytes.size();
    switch (random_() % 5) {
      case 0:
        damaged.resize(at);
        break;
      case 1:
        damaged += static_cast<char>(random_());
        break;
      case 2:
        damaged = files.at(paths[random_() % paths.size()]);
        break;
      default:
        if (!bytes.empty()) damaged[at] = static_cast<char>(damaged[at] ^ (1 << random_() % 8));
    }
    if (damaged == bytes) {
      fs::remove(file);
    } else {
      std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
    }
    const std::string refusal = Refusal(Restoring());
    EXPECT_TRUE(absl::StartsWith(refusal, "BACKUP_DAMAGED") ||
                absl::StartsWith(refusal, "BACKUP_NOT_FOUND"))
        << refusal << " sample " << sample << " file " << path;
    if (fs::exists(file)) {
      EXPECT_THAT(refusal, HasSubstr(file));
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  ExpectNothingRestored();
  const auto restored = Restore(Restoring());
  EXPECT_TRUE(restored.ok()) << restored.status();
}

TEST_F(RestoreTest, ABackupOfOneNumberIsNotTakenForAnother) {
  ASSERT_TRUE(Make().ok());
  ASSERT_NO_FATAL_FAILURE(WriteCommits(3));
  ASSERT_TRUE(Make().ok());
  fs::copy_file(backups() + "/backups/1", backups() + "/backups/2",
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(Refusal(Restoring()), HasSubstr("it is of backup 1"));
}

TEST_F(RestoreTest, OneThatAnotherKeySignedIsRefused) {
  ASSERT_TRUE(Make().ok());
  const auto other = proofs::SignerKey::Generate("test", proofs::KeyType::kNote);
  RestoreOptions options = Restoring();
  options.keys = {other->verifier()};
  EXPECT_THAT(Refusal(options), HasSubstr("BACKUP_DAMAGED"));
  options.keys = {TestKey().verifier()};
  EXPECT_TRUE(Restore(options).ok());
}

TEST_F(RestoreTest, AManifestCannotLeadOutOfItsDirectory) {
  Manifest manifest{.ledger = "test", .number = 1, .time = absl::UnixEpoch()};
  for (const char* const path : {"log/../../x", "/etc/x", "log/", "signing.key", "queue/a/b",
                                 "log/.x", "views/1", "log/a b"}) {
    manifest.files = {{.path = path}};
    const auto note = SignManifest(manifest, TestKey());
    EXPECT_EQ(ReasonOf(ReadManifest(*note, {})), "MANIFEST_MALFORMED") << path;
  }
  manifest.files = {{.path = "log/000001.sst"}};
  EXPECT_TRUE(ReadManifest(*SignManifest(manifest, TestKey()), {}).ok());
}

TEST_F(RestoreTest, ABackupOlderThanWhatWasSeenIsRefused) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(5));
  const auto seen_before = log_->checkpoint();
  ASSERT_TRUE(Make().ok());
  const Position backed_up = log_->durable_position();
  ASSERT_NO_FATAL_FAILURE(WriteCommits(5));
  RestoreOptions options = Restoring();
  options.seen = log_->checkpoint()->note;
  EXPECT_THAT(Refusal(options),
              AllOf(HasSubstr("BACKUP_TOO_OLD"), HasSubstr(absl::StrCat("holds ", backed_up, " ")),
                    HasSubstr(absl::StrCat("seen ", log_->durable_position(), ":"))));
  ExpectNothingRestored();
  options.seen = seen_before->note;
  EXPECT_TRUE(Restore(options).ok());
}

TEST_F(RestoreTest, ABackupOfAnotherHistoryIsRefused) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(5));
  // Another log of the same name and key, with as many events at least.
  const auto other = eventstore::EventLog::Open(
      {.directory = scratch_ / "other", .ledger = "test", .key = TestKey()}, clock_);
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE(eventstore::Append(**other, eventstore::NewCommit({eventstore::ToStream(
                                              "streams/0", 0, {"something else"})}))
                  .ok());
  (*other)->Close();
  ASSERT_TRUE(Make().ok());
  RestoreOptions options = Restoring();
  options.seen = (*other)->checkpoint()->note;
  EXPECT_THAT(Refusal(options), AllOf(HasSubstr("BACKUP_FORKED"), HasSubstr("seen 1:")));
  ExpectNothingRestored();
  options.seen = "nothing of the kind";
  EXPECT_THAT(Refusal(options), HasSubstr("NOTE_MALFORMED"));
}

TEST_F(RestoreTest, OnlyAnEmptyDirectoryIsFilled) {
  ASSERT_TRUE(Make().ok());
  fs::create_directory(data());
  std::ofstream(data() + "/signing.key") << "secret";
  EXPECT_THAT(Refusal(Restoring()), HasSubstr("RESTORE_TARGET_UNUSABLE"));
  EXPECT_EQ(FilesIn(data()).size(), 1u);
  fs::remove(data() + "/signing.key");
  RestoreOptions options = Restoring();
  options.data += "/";
  EXPECT_TRUE(Restore(options).ok());
  fs::remove_all(data());
  std::ofstream(data()) << "a file";
  EXPECT_THAT(Refusal(Restoring()), HasSubstr("RESTORE_TARGET_UNUSABLE"));
}

class CopyTest : public RestoreTest {
 protected:
  RestoreOptions Copying(Position position) {
    RestoreOptions options = Restoring();
    options.copy = CopyAs{.name = "copy", .position = position};
    return options;
  }
  // The restored files that hold these bytes.
  std::vector<std::string> PlacesOf(const std::string& secret) const {
    std::vector<std::string> places;
    for (const auto& [path, bytes] : FilesIn(data())) {
      if (absl::StrContains(bytes, secret)) places.push_back(path);
    }
    return places;
  }
};

TEST_F(CopyTest, OfAnyCommitsEndIsTheLedgerAsItWasThen) {
  // More than 256 leaves twice, so that tiles of two levels are cut.
  ASSERT_NO_FATAL_FAILURE(WriteCommits(400));
  ASSERT_GT(ends_.back(), 600u);
  ASSERT_TRUE(Write(eventstore::NewCommit({})).ok());
  ASSERT_TRUE(Make().ok());
  for (int sample = 0; sample < 12; ++sample) {
    const size_t commit = sample == 0 ? ends_.size() - 1 : random_() % ends_.size();
    const Position position = ends_[commit];
    SCOPED_TRACE(absl::StrCat("position ", position, " of ", ends_.back()));
    fs::remove_all(data());
    const auto restored = Restore(Copying(position));
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(restored->ledger, "copy");
    const auto key = proofs::ReadKeyFile(data() + "/signing.key");
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->verifier(), *restored->key);
    // What came after is on no disk.
    EXPECT_EQ(PlacesOf(secrets_[position - 1]).size(), 1u);
    if (position < secrets_.size()) {
      EXPECT_TRUE(PlacesOf(secrets_[position]).empty());
    }

    const auto log = OpenRestored(*key);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->durable_position(), position);
    EXPECT_EQ(log->checkpoint()->root, RootAt(position));
    for (size_t i = 0; i < requests_.size(); ++i) {
      const auto known = log->FindRequest(requests_[i]);
      ASSERT_TRUE(known.ok()) << known.status();
      EXPECT_EQ(known->has_value(), i <= commit);
    }
    EXPECT_EQ(*log->StreamRevision("streams/0"), log->ReadStream("streams/0", 1, 10'000)->size());
    ASSERT_TRUE(eventstore::Append(
                    *log, eventstore::NewCommit({eventstore::ToStream("after", 0, {"goes on"})}))
                    .ok());
  }
}

TEST_F(CopyTest, KnowsARequestWhoseGroupWentOnAsOneThatEndedThere) {
  // While the first is synced, two more gather, and are signed together.
  disk_.HoldWalSyncs();
  auto first = eventstore::BeginApart(
      *log_, eventstore::NewCommit({eventstore::ToStream("first", 0, {"1"})}));
  disk_.AwaitHeldWalSync();
  const auto commit = eventstore::NewCommit({eventstore::ToStream("second", 0, {"2", "3"})});
  auto second = eventstore::Begin(*log_, commit);
  auto third =
      eventstore::Begin(*log_, eventstore::NewCommit({eventstore::ToStream("third", 0, {"4"})}));
  disk_.ReleaseWalSyncs();
  ASSERT_TRUE(first.get().ok() && second.get().ok() && third.get().ok());
  eventstore::AwaitPosition(*log_, 4);
  ASSERT_EQ((*log_->FindRequest(commit.origin.request_id))->signed_size, 4u);
  ASSERT_TRUE(Make().ok());
  ASSERT_TRUE(Restore(Copying(3)).ok());
  const auto log = OpenRestored(*proofs::ReadKeyFile(data() + "/signing.key"));
  ASSERT_NE(log, nullptr);
  const auto known = log->FindRequest(commit.origin.request_id);
  ASSERT_TRUE(known.ok() && known->has_value());
  EXPECT_EQ((*known)->signed_size, 3u);
  EXPECT_TRUE(log->CheckpointAt((*known)->signed_size).ok());
}

TEST_F(CopyTest, WithoutAPositionHoldsAllOfTheBackup) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(10));
  ASSERT_TRUE(Make().ok());
  const auto restored = Restore(Copying(0));
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->position, ends_.back());
}

TEST_F(CopyTest, WithinACommitIsRefusedAndThePositionsAroundAreNamed) {
  ASSERT_NO_FATAL_FAILURE(WriteCommits(2));
  const auto written =
      Write(eventstore::NewCommit({eventstore::ToStream("s", 0, {"one", "two", "three"})}));
  ASSERT_TRUE(written.ok());
  ASSERT_TRUE(Make().ok());
  const Position before = written->first_position - 1;
  EXPECT_THAT(Refusal(Copying(before + 2)),
              AllOf(HasSubstr("POSITION_WITHIN_COMMIT"),
                    HasSubstr(absl::StrCat("want ", before, " or ", before + 3))));
  EXPECT_THAT(Refusal(Copying(before + 4)), HasSubstr("POSITION_OUT_OF_RANGE"));
  ExpectNothingRestored();
}

TEST_F(CopyTest, HasAnotherName) {
  ASSERT_TRUE(Make().ok());
  RestoreOptions options = Restoring();
  for (const char* const name : {"test", "", "a b", "../x"}) {
    options.copy = CopyAs{.name = name};
    EXPECT_THAT(Refusal(options), HasSubstr("LEDGER_NAME_INVALID")) << name;
  }
}

}  // namespace
}  // namespace trellis::backup
