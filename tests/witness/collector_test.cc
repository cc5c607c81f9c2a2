#include "witness/collector.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "proofs/policy.h"
#include "tests/witness/testing.h"
#include "witness/http_sender.h"
#include "witness/http_server.h"

namespace trellis::witness {
namespace {

using proofs::testing::WitnessKey;
using ::testing::ElementsAre;
using testing::Fork;
using ::testing::HasSubstr;
using testing::LogKey;
using testing::TestLog;
using testing::WitnessTest;

// Asks the witness of the test for the checkpoint of `log` at `size`.
class CollectorTest : public WitnessTest {
 protected:
  CollectorTest()
      : server_(*HttpServer::Start(Open(), "127.0.0.1", 0)),
        peer_({absl::StrCat("http://127.0.0.1:", server_->port(), "/"), Key(), 0}) {}

  absl::StatusOr<proofs::Signature> Ask(const TestLog& log, size_t size, Sender send) {
    const auto prove = [&](uint64_t old) -> absl::StatusOr<std::vector<Digest>> {
      proved_.push_back(old);
      return log.Growth(old, size);
    };
    return Collect(log.NoteAt(size), peer_, prove, send);
  }
  absl::StatusOr<proofs::Signature> Ask(const TestLog& log, size_t size) {
    return Ask(log, size, sender_);
  }
  // Asks a witness that gives these answers, the last one again and again.
  absl::Status AskWhoAnswers(std::vector<Reply> replies) {
    size_t next = 0;
    return Ask(TestLog(9), 9,
               [&](const std::string&, const std::string&) -> absl::StatusOr<Reply> {
                 ++requests_;
                 return replies[std::min(next++, replies.size() - 1)];
               })
        .status();
  }

  const std::unique_ptr<HttpServer> server_;
  const HttpSender sender_{absl::Seconds(10)};
  Peer peer_;
  std::vector<uint64_t> proved_;
  int requests_ = 0;
};

TEST_F(CollectorTest, ACosignedCheckpointMeetsAPolicy) {
  const TestLog log(9);
  proofs::Note note = log.NoteAt(9);
  const absl::StatusOr<proofs::Signature> cosignature = Ask(log, 9);
  ASSERT_TRUE(cosignature.ok()) << cosignature.status();
  ASSERT_TRUE(AddCosignature(*cosignature, note).ok());
  EXPECT_EQ(peer_.size, 9u);
  const auto policy =
      proofs::Policy::Parse(absl::StrCat("witness school ", witness_->vkey(), "\nquorum school\n"));
  ASSERT_TRUE(policy.ok());
  const auto checkpoint = proofs::VerifyCheckpoint(*proofs::ParseNote(proofs::FormatNote(note)),
                                                   {LogKey().verifier()}, *policy);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(*checkpoint, log.CheckpointAt(9));
}

TEST_F(CollectorTest, FollowsALogThatGrows) {
  const TestLog log(9);
  for (size_t size = 0; size <= 9; ++size) EXPECT_TRUE(Ask(log, size).ok()) << size;
  EXPECT_THAT(proved_, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(Served(), log.CheckpointAt(9));
}

TEST_F(CollectorTest, LearnsTheSizeThatTheWitnessKnows) {
  const TestLog log(9);
  ASSERT_TRUE(Ask(log, 5).ok());
  // Forgotten, or remembered wrongly.
  for (const uint64_t size : {0, 3, 7}) {
    peer_.size = size;
    EXPECT_TRUE(Ask(log, 9).ok()) << size;
    EXPECT_EQ(peer_.size, 9u);
  }
}

TEST_F(CollectorTest, SaysThatTheWitnessIsAhead) {
  const TestLog log(9);
  ASSERT_TRUE(Ask(log, 9).ok());
  peer_.size = 0;
  const absl::Status status = Ask(log, 8).status();
  EXPECT_EQ(ErrorReason(status), "WITNESS_AHEAD");
  EXPECT_THAT(std::string(status.message()), HasSubstr("has cosigned size 9"));
  EXPECT_EQ(peer_.size, 9u);
}

TEST_F(CollectorTest, SaysThatTheWitnessHasSeenAnotherHistory) {
  ASSERT_TRUE(Ask(TestLog(5), 5).ok());
  TestLog fork = Fork(4, "another fifth entry");
  EXPECT_EQ(ErrorReason(Ask(fork, 5).status()), "TREE_INCONSISTENT");
  fork.Append("a sixth");
  EXPECT_EQ(ErrorReason(Ask(fork, 6).status()), "TREE_INCONSISTENT");
}

TEST_F(CollectorTest, SaysThatTheWitnessDoesNotKnowTheLog) {
  const TestLog log(5, proofs::testing::StrangerKey());
  EXPECT_EQ(ErrorReason(Ask(log, 5).status()), "WITNESS_REFUSED");
}

TEST_F(CollectorTest, SaysThatNobodyAnswers) {
  // A port that was free a moment ago, and addresses that are none.
  const std::string gone = absl::StrCat(
      "http://127.0.0.1:", HttpServer::Start(*witness_, "127.0.0.1", 0).value()->port());
  for (const std::string& url :
       {gone, std::string("ftp://127.0.0.1"), std::string("witness"), std::string("http://")}) {
    peer_.url = url;
    EXPECT_EQ(ErrorReason(Ask(TestLog(5), 5).status()), "WITNESS_UNAVAILABLE") << url;
  }
}

TEST_F(CollectorTest, BelievesNoAnswerThatItHasNotVerified) {
  const TestLog log(9);
  const std::string text = log.NoteAt(9).text;
  const std::string of_another = proofs::FormatSignature(WitnessKey(0).Cosign(text, clock_.Now()));
  const std::string of_another_text = witness_->AddCheckpoint(log.Request(0, 5)).body;
  proofs::Signature forged = *proofs::ParseSignature(of_another);
  forged.key_name = peer_.key.name();
  forged.key_id = peer_.key.id();
  for (const std::string& body :
       {std::string(), std::string("\n"), std::string("ok"), of_another, of_another_text,
        proofs::FormatSignature(forged), of_another + proofs::FormatSignature(forged),
        of_another.substr(0, of_another.size() - 1), std::string(kReplyBytesMax + 1, '\n')}) {
    EXPECT_EQ(ErrorReason(AskWhoAnswers({{200, "text/plain", body}})), "COSIGNATURE_INVALID")
        << body.substr(0, 100);
    EXPECT_EQ(peer_.size, 0u);
  }
}

TEST_F(CollectorTest, FindsItsWitnessAmongOtherKeys) {
  const TestLog log(9);
  const std::string line = witness_->AddCheckpoint(log.Request(0, 9)).body;
  const std::string other =
      proofs::FormatSignature(WitnessKey(0).Cosign(log.NoteAt(9).text, clock_.Now()));
  EXPECT_TRUE(AskWhoAnswers({{200, "text/plain", other + line}}).ok());
}

TEST_F(CollectorTest, EndsWhateverAWitnessAnswers) {
  const auto conflict = [](const std::string& body) { return Reply{409, kSizeMediaType, body}; };
  EXPECT_EQ(ErrorReason(AskWhoAnswers({conflict("3\n"), conflict("4\n"), conflict("5\n")})),
            "WITNESS_UNAVAILABLE");
  EXPECT_EQ(requests_, kAttemptsMax);
  peer_.size = 0;
  // The size it was asked with, and what is no size: nothing to ask again for.
  for (const char* const body : {"0\n", "3", "03\n", "3\n3\n", "-1\n", "", "three\n"}) {
    requests_ = 0;
    EXPECT_EQ(ErrorReason(AskWhoAnswers({conflict(body)})), "TREE_INCONSISTENT") << body;
    EXPECT_EQ(requests_, 1);
  }
  for (const int status : {100, 204, 301, 429, 500, 503}) {
    EXPECT_EQ(ErrorReason(AskWhoAnswers({{status, "", ""}})), "WITNESS_UNAVAILABLE") << status;
  }
}

TEST_F(CollectorTest, ShowsABitOfWhatWasAnswered) {
  const absl::Status status =
      AskWhoAnswers({{500, "text/html", "\x1b[31m" + std::string(10'000, 'x')}});
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("witness witness.example/school answered 500: \\x1b[31mxxx"));
  EXPECT_LT(status.message().size(), 300u);
}

TEST_F(CollectorTest, AnErrorOfTheProofIsPassedOn) {
  peer_.size = 5;
  const auto prove = [](uint64_t) -> absl::StatusOr<std::vector<Digest>> {
    return absl::DataLossError("tile");
  };
  EXPECT_TRUE(absl::IsDataLoss(Collect(TestLog(9).NoteAt(9), peer_, prove, sender_).status()));
}

TEST(AddCosignature, ReplacesTheOlderOneOfItsKey) {
  const proofs::Note signed_by_log = TestLog(3).NoteAt(3);
  const auto by = [&](size_t witness, int64_t seconds) {
    return WitnessKey(witness).Cosign(signed_by_log.text, absl::FromUnixSeconds(seconds));
  };
  proofs::Note note = signed_by_log;
  for (const auto& cosignature : {by(0, 1), by(1, 2), by(0, 3)}) {
    ASSERT_TRUE(AddCosignature(cosignature, note).ok());
  }
  EXPECT_THAT(note.signatures, ElementsAre(signed_by_log.signatures[0], by(1, 2), by(0, 3)));
  note.signatures.resize(proofs::kNoteSignaturesMax, note.signatures[0]);
  EXPECT_TRUE(AddCosignature(by(0, 4), note).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(AddCosignature(by(2, 5), note)));
}

}  // namespace
}  // namespace trellis::witness
