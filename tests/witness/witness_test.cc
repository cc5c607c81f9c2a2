#include "witness/witness.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "tests/support/seed.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using proofs::testing::StrangerKey;
using testing::Fork;
using ::testing::HasSubstr;
using testing::LogKey;
using testing::TestLog;
using testing::WitnessTest;

constexpr char kText[] = "text/plain; charset=utf-8";

class WitnessAnswersTest : public WitnessTest {
 protected:
  WitnessAnswersTest() { Open(); }

  int Status(const std::string& request) { return witness_->AddCheckpoint(request).status; }
};

TEST_F(WitnessAnswersTest, ACosignatureIsOfTheCheckpointAndTheTime) {
  const TestLog log(7);
  const Reply reply = witness_->AddCheckpoint(log.Request(0, 7));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.content_type, kText);
  const absl::StatusOr<proofs::Signature> cosignature = proofs::ParseSignature(reply.body);
  ASSERT_TRUE(cosignature.ok()) << reply.body;
  EXPECT_TRUE(Key().Verifies(log.NoteAt(7).text, *cosignature));
  EXPECT_EQ(proofs::CosignatureTime(*cosignature), clock_.Now());
  EXPECT_EQ(Served(), log.CheckpointAt(7));
}

TEST_F(WitnessAnswersTest, TheSameAgainIsCosignedAsOfNow) {
  const TestLog log(7);
  EXPECT_EQ(Status(log.Request(0, 7)), 200);
  clock_.Advance(absl::Hours(1));
  const Reply reply = witness_->AddCheckpoint(log.Request(7, 7));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(proofs::CosignatureTime(*proofs::ParseSignature(reply.body)), clock_.Now());
}

TEST_F(WitnessAnswersTest, EachRefusalHasItsStatus) {
  const TestLog log(9);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  EXPECT_EQ(Status("old 5\n"), 400);
  EXPECT_EQ(Status(FormatRequest({5, {}, log.NoteAt(4)})), 400);
  proofs::Note no_checkpoint = log.NoteAt(9);
  no_checkpoint.text = "ledger.example/log\n9\n";
  EXPECT_EQ(Status(FormatRequest({5, {}, no_checkpoint})), 400);
  proofs::Note by_stranger = log.NoteAt(9);
  by_stranger.signatures = {StrangerKey().Sign(by_stranger.text)};
  EXPECT_EQ(Status(FormatRequest({5, log.Growth(5, 9), by_stranger})), 403);
  EXPECT_EQ(Status(TestLog(9, StrangerKey()).Request(0, 9)), 404);
  EXPECT_EQ(Status(FormatRequest({5, log.Growth(4, 9), log.NoteAt(9)})), 422);
  EXPECT_EQ(Status(Fork(4, "another fifth entry").Request(5, 5)), 422);
  EXPECT_EQ(Served(), log.CheckpointAt(5));
}

TEST_F(WitnessAnswersTest, AnotherOldSizeIsAnsweredWithTheRightOne) {
  const TestLog log(9);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  for (const size_t old : {0, 4, 6, 9}) {
    const Reply reply = witness_->AddCheckpoint(log.Request(old, 9));
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reply.content_type, "text/x.tlog.size");
    EXPECT_EQ(reply.body, "5\n");
  }
  EXPECT_EQ(Status(log.Request(5, 9)), 200);
}

TEST_F(WitnessAnswersTest, BeforeTheFirstTheSizeIsZero) {
  const Reply reply = witness_->AddCheckpoint(TestLog(9).Request(5, 9));
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body, "0\n");
  EXPECT_EQ(witness_->LastCheckpoint(OriginHash(LogKey().verifier().name())).status, 404);
}

TEST_F(WitnessAnswersTest, AForkLeavesItsProofInTheLog) {
  const TestLog log(5);
  const TestLog fork = Fork(4, "another fifth entry");
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Status(fork.Request(5, 5)), 422);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("witness.fork origin=ledger.example/log"));
  for (const TestLog& history : {log, fork}) {
    const std::string text = history.NoteAt(5).text;
    EXPECT_THAT(said, HasSubstr(text.substr(text.size() - 45, 44)));
  }
  // Sent again, it fills nobody's disk.
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Status(fork.Request(5, 5)), 422);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(WitnessAnswersTest, LogsAreApart) {
  Options options = TheOptions();
  const proofs::SignerKey& other = StrangerKey();
  options.logs.push_back(other.verifier().ToString());
  Open(options);
  ASSERT_EQ(Status(TestLog(5).Request(0, 5)), 200);
  EXPECT_EQ(Status(TestLog(9, other).Request(0, 9)), 200);
  EXPECT_EQ(Status(TestLog(7).Request(5, 7)), 200);
  // One that is not watched for a while is served, not cosigned, and not forgotten.
  Open();
  EXPECT_EQ(witness_->LastCheckpoint(OriginHash("stranger.example")).status, 200);
  EXPECT_EQ(Status(TestLog(9, other).Request(9, 9)), 404);
  Open(options);
  EXPECT_EQ(witness_->AddCheckpoint(TestLog(10, other).Request(0, 10)).body, "9\n");
}

TEST_F(WitnessAnswersTest, WhatWasCosignedIsRememberedAfterARestart) {
  const TestLog log(9);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  const std::string key = witness_->vkey();
  Open();
  EXPECT_EQ(witness_->vkey(), key);
  EXPECT_EQ(Served(), log.CheckpointAt(5));
  EXPECT_EQ(Status(Fork(4, "another fifth entry").Request(5, 5)), 422);
  EXPECT_EQ(Status(log.Request(4, 4)), 409);
  EXPECT_EQ(Status(log.Request(5, 9)), 200);
}

// The reply is lost with the process that made it: whoever asks again is told the size, and gets
// the cosignature with it.
TEST_F(WitnessAnswersTest, AReplyThatWasLostCanBeHadAgain) {
  const TestLog log(9);
  (void)witness_->AddCheckpoint(log.Request(0, 9));
  Open();
  EXPECT_EQ(Served(), log.CheckpointAt(9));
  EXPECT_EQ(witness_->AddCheckpoint(log.Request(0, 9)).body, "9\n");
  EXPECT_EQ(Status(log.Request(9, 9)), 200);
}

TEST_F(WitnessAnswersTest, WhatAPowerCutLeftOfTheNextCheckpointMeansNothing) {
  const TestLog log(9);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  const std::string whole = proofs::FormatNote(log.NoteAt(9));
  for (size_t size = 0; size <= whole.size(); size += 10) {
    std::ofstream(StateFile() + ".tmp", std::ios::trunc) << whole.substr(0, size);
    Open();
    EXPECT_EQ(Served(), log.CheckpointAt(5));
  }
  EXPECT_EQ(Status(log.Request(5, 9)), 200);
  EXPECT_FALSE(std::filesystem::exists(StateFile() + ".tmp"));
}

TEST_F(WitnessAnswersTest, WithoutADiskNothingIsCosigned) {
  const TestLog log(9);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  std::filesystem::remove_all(TheOptions().state);
  const Reply reply = witness_->AddCheckpoint(log.Request(5, 9));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "the witness cannot keep its state\n");
  // What stands on the disk is found out by the next start, not by trying again.
  EXPECT_EQ(Status(log.Request(5, 5)), 503);
  EXPECT_EQ(Served(), log.CheckpointAt(5));
}

// A state file as it would be after any one mistake of the disk.
TEST_F(WitnessAnswersTest, ADamagedStateIsRefused) {
  std::mt19937_64 lots(trellis::testing::Seed());
  const TestLog log(5);
  ASSERT_EQ(Status(log.Request(0, 5)), 200);
  std::string right;
  std::getline(std::ifstream(StateFile()), right, '\0');
  size_t refused = 0;
  proofs::testing::ForEachMistake(right, [&](const std::string& wrong, size_t at) {
    if (lots() % 16 != 0) return;
    std::ofstream(StateFile(), std::ios::trunc) << wrong;
    const absl::Status status = OpenError(TheOptions());
    if (!status.ok()) {
      EXPECT_EQ(ErrorReason(status), "WITNESS_STATE_DAMAGED") << at << status;
      ++refused;
      return;
    }
    // The log's signature may be lost: the witness's own covers what matters.
    Open();
    EXPECT_EQ(witness_->AddCheckpoint(log.Request(0, 5)).body, "5\n") << at;
    EXPECT_EQ(Status(log.Request(5, 5)), 200) << at;
  });
  EXPECT_GT(refused, 200u);
}

}  // namespace
}  // namespace trellis::witness
