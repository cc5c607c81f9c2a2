// The newest checkpoint is kept apart from the log: a log that lost something, or is another one,
// is not opened.
#include "eventstore/checkpoints.h"

#include <filesystem>
#include <fstream>

#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class CheckpointsTest : public LogTest {
 protected:
  void Append(int events) {
    for (int i = 0; i < events; ++i) {
      ASSERT_TRUE(Write(NewCommit({ToStream(absl::StrCat("s", ++streams_), 0, {"x"})})).ok());
    }
  }
  absl::Status OpenStatus() { return EventLog::Open(Options(), clock_).status(); }
  void ExpectRefused(const std::string& reason, const std::string& words) {
    const absl::Status status = OpenStatus();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
  // Keeps the closed log as it is now, and brings it back.
  void KeepLog() { fs::copy(Options().directory, directory_ / "kept"); }
  void BringLogBack() {
    fs::remove_all(Options().directory);
    fs::copy(directory_ / "kept", Options().directory);
  }
  std::string ReadFile() {
    std::ifstream file(CheckpointPath(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void WriteFile(const std::string& bytes) {
    std::ofstream(CheckpointPath(), std::ios::binary | std::ios::trunc) << bytes;
  }

  int streams_ = 0;
};

TEST_F(CheckpointsTest, TheFileHoldsTheNewestWhenTheLogIsClosed) {
  Append(5);
  const std::string note = log_->checkpoint()->note;
  log_.reset();
  EXPECT_EQ(ReadFile(), note);
  Open();
  EXPECT_EQ(log_->checkpoint()->size, 5u);
}

TEST_F(CheckpointsTest, ThereIsAFileBeforeTheFirstCommit) {
  EXPECT_THAT(ReadFile(), HasSubstr("test\n0\n"));
}

TEST_F(CheckpointsTest, ALogThatLostItsEndIsRefused) {
  Append(3);
  log_.reset();
  KeepLog();
  Open();
  Append(2);
  log_.reset();
  BringLogBack();
  ExpectRefused("LOG_TRUNCATED", "the log ends at position 3, and 5 were signed");
}

TEST_F(CheckpointsTest, ALogThatIsGoneIsRefused) {
  Append(3);
  log_.reset();
  fs::remove_all(Options().directory);
  ExpectRefused("LOG_TRUNCATED", "the log ends at position 0, and 3 were signed");
}

TEST_F(CheckpointsTest, AnotherHistoryIsRefusedHoweverMuchLonger) {
  Append(3);
  log_.reset();
  KeepLog();
  Open();
  Append(300);
  log_.reset();
  const std::string first = ReadFile();
  // The same beginning, and then something else: a copy that went on elsewhere.
  fs::remove(CheckpointPath());
  BringLogBack();
  EventLogOptions unsigned_options = Options();
  unsigned_options.key.reset();
  log_ = *EventLog::Open(unsigned_options, clock_);
  Append(400);
  log_.reset();
  WriteFile(first);
  ExpectRefused("LOG_REWRITTEN", "the first 303 records are not those that were signed");
}

TEST_F(CheckpointsTest, AFileThatIsGoneIsMissed) {
  log_.reset();
  fs::remove(CheckpointPath());
  EXPECT_TRUE(OpenStatus().ok()) << "an empty log has nothing to lose";
  Open();
  Append(1);
  log_.reset();
  fs::remove(CheckpointPath());
  ExpectRefused("CHECKPOINT_MISSING", "the log has 1 records and no signed checkpoint");
}

TEST_F(CheckpointsTest, EveryChangedByteOfTheFileIsNoticed) {
  Append(2);
  log_.reset();
  const std::string note = ReadFile();
  for (size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    WriteFile(changed);
    ExpectRefused("CHECKPOINT_DAMAGED", "the checkpoint cannot be believed");
  }
  for (size_t size = 0; size < note.size(); size += 7) {
    WriteFile(note.substr(0, size));
    ExpectRefused("CHECKPOINT_DAMAGED", "the checkpoint cannot be believed");
  }
  WriteFile(note);
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(CheckpointsTest, AnotherKeyIsNotBelieved) {
  Append(2);
  log_.reset();
  EventLogOptions options = Options();
  options.key = *proofs::SignerKey::Generate("test", proofs::KeyType::kNote);
  EXPECT_EQ(ReasonOf(EventLog::Open(options, clock_)), "CHECKPOINT_DAMAGED");
  options.key = *proofs::SignerKey::Generate("other", proofs::KeyType::kNote);
  EXPECT_EQ(ReasonOf(EventLog::Open(options, clock_)), "LEDGER_MISMATCH");
}

TEST_F(CheckpointsTest, ANewKeySignsFromTheNextCommitOn) {
  Append(2);
  const proofs::SignerKey next = *proofs::SignerKey::Generate("test", proofs::KeyType::kNote);
  const proofs::VerifierKey old = *log_->key();
  const auto believes = [](const proofs::VerifierKey& key, const std::string& note) {
    return BelievedCheckpoint(note, "test", {key}).ok();
  };
  bool kept = false;
  ASSERT_TRUE(log_->ReplaceKey(next,
                               [&] {
                                 // Whichever key is there after a crash just now, it believes the
                                 // file.
                                 EXPECT_TRUE(believes(old, ReadFile()) &&
                                             believes(next.verifier(), ReadFile()));
                                 kept = true;
                                 return absl::OkStatus();
                               })
                  .ok());
  EXPECT_TRUE(kept);
  EXPECT_EQ(*log_->key(), next.verifier());
  Append(1);
  EXPECT_TRUE(believes(next.verifier(), log_->checkpoint()->note));
  EXPECT_FALSE(believes(old, log_->checkpoint()->note));
  EXPECT_TRUE(believes(next.verifier(), (*log_->CheckpointAt(2))->note));
  log_.reset();
  EXPECT_EQ(ReasonOf(OpenStatus()), "CHECKPOINT_DAMAGED") << "the old key is out of use";
  EventLogOptions options = Options();
  options.key = next;
  EXPECT_TRUE(EventLog::Open(options, clock_).ok());
}

TEST_F(CheckpointsTest, AKeyThatTheDiskDoesNotTakeEndsTheLog) {
  Append(1);
  const std::string name = log_->key()->name();
  const proofs::SignerKey next = *proofs::SignerKey::Generate(name, proofs::KeyType::kNote);
  EXPECT_EQ(ReasonOf(log_->ReplaceKey(next, [] { return absl::UnavailableError("no"); })),
            "LOG_FAILED");
  EXPECT_EQ(ReasonOf(Write(NewCommit({ToStream("later", 0, {"x"})}))), "LOG_FAILED");
  log_.reset();
  // What the file holds is believed by the old key and by the new one.
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(CheckpointsTest, AKeyOfAnotherNameDoesNotFollow) {
  const proofs::SignerKey other = *proofs::SignerKey::Generate("other", proofs::KeyType::kNote);
  EXPECT_EQ(ReasonOf(log_->ReplaceKey(other, [] { return absl::OkStatus(); })), "LEDGER_MISMATCH");
  Append(1);
}

TEST_F(CheckpointsTest, RecordsBehindTheCheckpointAreCheckedOneByOne) {
  Append(2);
  log_.reset();
  const std::string old = ReadFile();
  Open();
  Append(3);
  log_.reset();
  // As after a crash, when the file lies behind.
  WriteFile(old);
  EXPECT_TRUE(OpenStatus().ok());
  EXPECT_THAT(ReadFile(), HasSubstr("test\n5\n"));
}

}  // namespace
}  // namespace trellis::eventstore
