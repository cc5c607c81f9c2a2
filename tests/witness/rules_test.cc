#include "witness/rules.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "tests/support/seed.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using proofs::testing::ForEachMistake;
using proofs::testing::StrangerKey;
using proofs::testing::WitnessKey;
using ::testing::ElementsAre;
using testing::Fork;
using testing::LogKey;
using testing::TestLog;

LogKeys Logs() { return *ReadLogKeys({LogKey().verifier().ToString()}); }

TreeHead HeadOf(const TestLog& log, size_t size) { return {size, log.CheckpointAt(size).root}; }

// The reason for which it is not cosigned; empty if it is.
std::string Refusal(const std::string& request, const TreeHead& last = {}) {
  const absl::StatusOr<Submission> submission = Admit(Logs(), request);
  if (!submission.ok()) return ErrorReason(submission.status());
  return ErrorReason(Judge(*submission, last));
}

TEST(WitnessRules, EverySizeMayFollowEverySmallerOne) {
  const TestLog log(20);
  for (size_t from = 0; from <= 20; ++from) {
    for (size_t to = from; to <= 20; ++to) {
      EXPECT_EQ(Refusal(log.Request(from, to), HeadOf(log, from)), "") << from << " to " << to;
    }
  }
}

TEST(WitnessRules, TheOldSizeIsTheOneThatWasCosignedLast) {
  const TestLog log(20);
  for (const size_t last : {0, 1, 7, 9, 20}) {
    EXPECT_EQ(Refusal(log.Request(8, 20), HeadOf(log, last)), "WITNESS_SIZE_CONFLICT");
  }
}

TEST(WitnessRules, ALogThatWasSetBackIsRefused) {
  const TestLog log(20);
  // As it is, and as it would be if the request were written for the smaller tree.
  EXPECT_EQ(Refusal(log.Request(5, 19), HeadOf(log, 20)), "WITNESS_SIZE_CONFLICT");
  EXPECT_EQ(Refusal(log.Request(19, 19), HeadOf(log, 20)), "WITNESS_SIZE_CONFLICT");
  const std::string back = FormatRequest({20, {}, log.NoteAt(19)});
  const absl::Status status = Admit(Logs(), back).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "request has old size 20, want at most 19, the checkpoint's");
}

TEST(WitnessRules, AnotherHistoryIsRefused) {
  const TestLog log(20);
  const TestLog fork = Fork(19, "another twentieth entry");
  EXPECT_EQ(Refusal(fork.Request(20, 20), HeadOf(log, 20)), "TREE_INCONSISTENT");
  TestLog longer = fork;
  longer.Append("and one more");
  EXPECT_EQ(Refusal(longer.Request(20, 21), HeadOf(log, 20)), "TREE_INCONSISTENT");
  EXPECT_EQ(Refusal(longer.Request(19, 21), HeadOf(log, 19)), "");
}

TEST(WitnessRules, AnEmptyTreeHasOneRoot) {
  const TestLog log;
  EXPECT_EQ(Refusal(log.Request(0, 0)), "");
  proofs::Checkpoint checkpoint = log.CheckpointAt(0);
  checkpoint.root[0] ^= 1;
  EXPECT_EQ(Refusal(FormatRequest({0, {}, log.Sign(checkpoint)})), "TREE_INCONSISTENT");
}

TEST(WitnessRules, AProofThatProvesNothingIsRefused) {
  const TestLog log(3);
  const Digest any{};
  EXPECT_EQ(Refusal(FormatRequest({0, {any}, log.NoteAt(3)})), "TREE_INCONSISTENT");
  EXPECT_EQ(Refusal(FormatRequest({3, {any}, log.NoteAt(3)}), HeadOf(log, 3)), "TREE_INCONSISTENT");
  EXPECT_EQ(Refusal(FormatRequest({2, {}, log.NoteAt(3)}), HeadOf(log, 2)), "TREE_INCONSISTENT");
}

TEST(WitnessRules, SizesOfAnyLengthAreJudged) {
  proofs::Checkpoint checkpoint = TestLog().CheckpointAt(0);
  checkpoint.size = UINT64_MAX;
  const proofs::Note note = TestLog().Sign(checkpoint);
  EXPECT_EQ(Refusal(FormatRequest({0, {}, note})), "");
  EXPECT_EQ(Refusal(FormatRequest({UINT64_MAX - 1, testing::Proof(63), note}),
                    {UINT64_MAX - 1, checkpoint.root}),
            "TREE_INCONSISTENT");
}

TEST(WitnessRules, OnlyTheLogSpeaks) {
  const proofs::Checkpoint checkpoint = TestLog(3).CheckpointAt(3);
  const std::string text = proofs::FormatCheckpoint(checkpoint);
  const auto refusal = [&](const std::vector<proofs::Signature>& signatures) {
    return Refusal(FormatRequest({0, {}, {text, signatures}}));
  };
  EXPECT_EQ(refusal({LogKey().Sign(text)}), "");
  EXPECT_EQ(refusal({StrangerKey().Sign(text)}), "LOG_SIGNATURE_MISSING");
  EXPECT_EQ(refusal({LogKey().Sign("another text\n")}), "LOG_SIGNATURE_MISSING");
  // One that fails spoils the note, whatever stands beside it.
  EXPECT_EQ(refusal({LogKey().Sign(text), LogKey().Sign("another text\n")}),
            "LOG_SIGNATURE_MISSING");
  EXPECT_EQ(Refusal(TestLog(3, StrangerKey()).Request(0, 3)), "LOG_UNKNOWN");
  // The name alone is nobody's signature.
  const auto other = *proofs::SignerKey::Generate(checkpoint.origin, proofs::KeyType::kNote);
  EXPECT_EQ(refusal({other.Sign(text)}), "LOG_SIGNATURE_MISSING");
}

TEST(WitnessRules, OneSignatureOfEachKeyOfTheLogIsKept) {
  const auto second = *proofs::SignerKey::Generate("ledger.example/log", proofs::KeyType::kNote);
  const LogKeys logs = *ReadLogKeys({LogKey().verifier().ToString(), second.verifier().ToString()});
  proofs::Note note = TestLog(3).NoteAt(3);
  const proofs::Signature by_log = note.signatures.front();
  note.signatures = {StrangerKey().Sign(note.text), second.Sign(note.text)};
  note.signatures.resize(proofs::kNoteSignaturesMax, by_log);
  const absl::StatusOr<Submission> submission = Admit(logs, FormatRequest({0, {}, note}));
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_THAT(submission->note.signatures, ElementsAre(by_log, second.Sign(note.text)));
}

TEST(WitnessRules, WhatTheLogSignedBesideItsTreeIsNoMatter) {
  const TestLog log(3);
  proofs::Checkpoint checkpoint = log.CheckpointAt(3);
  checkpoint.extensions = {"a line of the log's own"};
  EXPECT_EQ(Refusal(FormatRequest({3, {}, log.Sign(checkpoint)}), HeadOf(log, 3)), "");
}

TEST(WitnessRules, LogsAreNamedByTheirKeys) {
  EXPECT_EQ(ErrorReason(ReadLogKeys({}).status()), "KEY_UNFIT");
  EXPECT_EQ(ErrorReason(ReadLogKeys({WitnessKey(0).verifier().ToString()}).status()), "KEY_UNFIT");
  EXPECT_EQ(ErrorReason(ReadLogKeys({"ledger.example/log"}).status()), "KEY_MALFORMED");
}

// printf %s ledger.example/log | sha256sum
TEST(WitnessRules, AnOriginIsFoundByItsDigest) {
  EXPECT_EQ(OriginHash("ledger.example/log"),
            "bdc1ad3be5123bf026497b9767b37359fe3392f9749493f2b22c7b481ff13201");
}

// Whatever becomes of a request on its way: nothing else is cosigned than what was asked for.
TEST(WitnessRules, OneMistakeNeverMakesAnotherRequest) {
  const TestLog log(7);
  const std::string right = log.Request(4, 7);
  size_t refused = 0;
  size_t same = 0;
  ForEachMistake(right, [&](const std::string& wrong, size_t at) {
    const absl::StatusOr<Submission> submission = Admit(Logs(), wrong);
    if (!submission.ok() || !Judge(*submission, HeadOf(log, 4)).ok()) {
      ++refused;
      return;
    }
    // Its signature twice, say.
    ++same;
    EXPECT_EQ(submission->old_size, 4u) << at;
    EXPECT_EQ(submission->proof, log.Growth(4, 7)) << at;
    EXPECT_EQ(proofs::FormatNote(submission->note), proofs::FormatNote(log.NoteAt(7))) << at;
  });
  EXPECT_GT(refused, 5000u);
  EXPECT_LT(same, 20u);
}

// Several mistakes at once, drawn by lot.
TEST(WitnessRules, RubbishIsRefused) {
  std::mt19937_64 lots(trellis::testing::Seed());
  const TestLog log(40);
  const TestLog fork = Fork(39, "another fortieth entry");
  const std::vector<std::string> pieces = {log.Request(20, 40), fork.Request(20, 40),
                                           log.Request(0, 40), fork.Request(40, 40)};
  const auto below = [&](size_t end) { return static_cast<size_t>(lots() % end); };
  for (int i = 0; i < 20'000; ++i) {
    // The beginning of one, the end of another, and some bytes changed.
    const std::string& a = pieces[below(pieces.size())];
    const std::string& b = pieces[below(pieces.size())];
    std::string request = a.substr(0, below(a.size() + 1)) + b.substr(below(b.size() + 1));
    for (size_t changes = below(3); changes > 0 && !request.empty(); --changes) {
      request[below(request.size())] = static_cast<char>(lots());
    }
    const absl::StatusOr<Submission> submission = Admit(Logs(), request);
    if (!submission.ok()) continue;
    const bool of_log = submission->checkpoint == log.CheckpointAt(40);
    EXPECT_TRUE(of_log || submission->checkpoint == fork.CheckpointAt(40));
    // Who cosigned the log at size 40 cosigns nothing else of it.
    EXPECT_TRUE(of_log || !Judge(*submission, HeadOf(log, 40)).ok());
  }
}

}  // namespace
}  // namespace trellis::witness
