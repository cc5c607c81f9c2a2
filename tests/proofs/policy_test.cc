#include "proofs/policy.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

using ::testing::HasSubstr;
using testing::LogKey;
using testing::Signed;
using testing::WitnessKey;

std::string LogLine() { return absl::StrCat("log ", LogKey().verifier().ToString(), "\n"); }

std::string WitnessLine(size_t number) {
  return absl::StrCat("witness w", number, " ", WitnessKey(number).verifier().ToString(), "\n");
}

std::string Witnesses() { return absl::StrCat(WitnessLine(0), WitnessLine(1), WitnessLine(2)); }

// Whether the policy that ends with `lines` is content with w0, w1 and w2 as they are in
// `cosigned`.
bool Content(const std::string& lines, const std::vector<bool>& cosigned) {
  const absl::StatusOr<Policy> policy = Policy::Parse(absl::StrCat(Witnesses(), lines));
  EXPECT_TRUE(policy.ok()) << policy.status();
  const absl::Status status = policy->CheckQuorum(cosigned);
  if (!status.ok()) {
    EXPECT_EQ(ErrorReason(status), "QUORUM_NOT_MET");
  }
  return status.ok();
}

std::string WhyRefused(const std::string& text) {
  const absl::StatusOr<Policy> policy = Policy::Parse(text);
  EXPECT_EQ(ErrorReason(policy.status()), "POLICY_MALFORMED") << text;
  return std::string(policy.status().message());
}

TEST(Policy, ReadsLogsAndWitnesses) {
  const absl::StatusOr<Policy> policy = Policy::Parse(absl::StrCat(
      "# A comment\n\n \t \n   # another: caf\u00e9\n", "log ", LogKey().verifier().ToString(),
      "  https://ledger.example/log\n", "\twitness \t w0 ", WitnessKey(0).verifier().ToString(),
      " https://witness.example/ \n", WitnessLine(1), "quorum none\n"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ(policy->logs().size(), 1U);
  EXPECT_EQ(policy->logs()[0].key, LogKey().verifier());
  EXPECT_EQ(policy->logs()[0].url, "https://ledger.example/log");
  ASSERT_EQ(policy->witnesses().size(), 2U);
  EXPECT_EQ(policy->witnesses()[0].name, "w0");
  EXPECT_EQ(policy->witnesses()[0].url, "https://witness.example/");
  EXPECT_EQ(policy->witnesses()[1].url, "");
}

TEST(Policy, CountsTheQuorum) {
  for (int bits = 0; bits < 8; ++bits) {
    const std::vector<bool> cosigned = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
    const int count = cosigned[0] + cosigned[1] + cosigned[2];
    EXPECT_TRUE(Content("quorum none\n", cosigned));
    EXPECT_EQ(Content("quorum w1\n", cosigned), cosigned[1]);
    EXPECT_EQ(Content("group g any w0 w1 w2\nquorum g\n", cosigned), count >= 1);
    EXPECT_EQ(Content("group g 1 w0 w1 w2\nquorum g\n", cosigned), count >= 1);
    EXPECT_EQ(Content("group g 2 w0 w1 w2\nquorum g\n", cosigned), count >= 2);
    EXPECT_EQ(Content("group g 3 w0 w1 w2\nquorum g\n", cosigned), count == 3);
    EXPECT_EQ(Content("group g all w0 w1 w2\nquorum g\n", cosigned), count == 3);
    EXPECT_EQ(Content("group g any w0 w1\ngroup h all g w2\nquorum h\n", cosigned),
              (cosigned[0] || cosigned[1]) && cosigned[2]);
    EXPECT_EQ(Content("group g all w0 w1\ngroup h any g w2\nquorum h\n", cosigned),
              (cosigned[0] && cosigned[1]) || cosigned[2]);
    // A group that the quorum does not name is nobody's business.
    EXPECT_EQ(Content("group g all w0 w1\nquorum w2\n", cosigned), cosigned[2]);
  }
}

TEST(Policy, SaysWhatIsMissing) {
  const absl::StatusOr<Policy> group =
      Policy::Parse(absl::StrCat(Witnesses(), "group governors 2 w0 w1 w2\nquorum governors\n"));
  EXPECT_EQ(group->CheckQuorum({false, true, false}).message(),
            "quorum: group governors has 1 of 3 members cosigned, want 2");
  const absl::StatusOr<Policy> one = Policy::Parse(absl::StrCat(Witnesses(), "quorum w2\n"));
  EXPECT_EQ(one->CheckQuorum({true, true, false}).message(), "quorum: witness w2 has not cosigned");
}

TEST(Policy, RefusesWhatIsNone) {
  const std::string key = WitnessKey(0).verifier().ToString();
  EXPECT_THAT(WhyRefused(""), HasSubstr("last line"));
  EXPECT_THAT(WhyRefused("\n"), HasSubstr("no quorum"));
  EXPECT_THAT(WhyRefused("quorum none"), HasSubstr("last line"));
  EXPECT_THAT(WhyRefused("quorum none\nquorum none\n"), HasSubstr("line 2 is a second quorum"));
  EXPECT_THAT(WhyRefused("quorum\n"), HasSubstr("wants `quorum"));
  EXPECT_THAT(WhyRefused("quorum none x\n"), HasSubstr("wants `quorum"));
  EXPECT_THAT(WhyRefused("quorum w0\n"), HasSubstr("names w0, which no line above defines"));
  EXPECT_THAT(WhyRefused("Quorum none\n"), HasSubstr("begins with Quorum"));
  // An error is text, whatever it quotes.
  EXPECT_THAT(WhyRefused("wi\xC2ness\nquorum none\n"), HasSubstr("begins with wi\\xc2ness"));
  EXPECT_THAT(WhyRefused("quorum none\r\n"), HasSubstr("control character"));
  EXPECT_THAT(WhyRefused("quorum none\v\n"), HasSubstr("control character"));
  EXPECT_THAT(WhyRefused("# \x7f\nquorum none\n"), HasSubstr("control character"));
  EXPECT_THAT(WhyRefused("log\nquorum none\n"), HasSubstr("line 1 wants `log"));
  EXPECT_THAT(WhyRefused("log bad\nquorum none\n"), HasSubstr("line 1 key has"));
  EXPECT_THAT(WhyRefused(absl::StrCat(LogLine(), LogLine(), "quorum none\n")),
              HasSubstr("line 2 has the key of ledger.example/log, which a line above has"));
  EXPECT_THAT(WhyRefused(absl::StrCat("witness w ", key, " u x\nquorum none\n")),
              HasSubstr("wants `witness"));
  EXPECT_THAT(
      WhyRefused(absl::StrCat("witness w ", LogKey().verifier().ToString(), "\nquorum none\n")),
      HasSubstr("has a key of type 1, want 4"));
  EXPECT_THAT(WhyRefused(absl::StrCat("witness none ", key, "\nquorum none\n")),
              HasSubstr("defines none"));
  EXPECT_THAT(WhyRefused(absl::StrCat(WitnessLine(0), "witness w1 ", key, "\nquorum none\n")),
              HasSubstr("which a line above has already"));
  EXPECT_THAT(WhyRefused(absl::StrCat(WitnessLine(0), "witness w0 ",
                                      WitnessKey(1).verifier().ToString(), "\nquorum none\n")),
              HasSubstr("defines w0 again"));
}

TEST(Policy, RefusesGroupsThatCountWrong) {
  const auto refused = [](const std::string& lines) {
    return WhyRefused(absl::StrCat(Witnesses(), lines, "quorum none\n"));
  };
  EXPECT_THAT(refused("group g any\n"), HasSubstr("wants `group"));
  EXPECT_THAT(refused("group g 0 w0\n"), HasSubstr("threshold 0, want any, all or 1 to 1"));
  EXPECT_THAT(refused("group g 3 w0 w1\n"), HasSubstr("threshold 3"));
  EXPECT_THAT(refused("group g 01 w0\n"), HasSubstr("threshold 01"));
  EXPECT_THAT(refused("group g some w0\n"), HasSubstr("threshold some"));
  EXPECT_THAT(refused("group g any w0 w0\n"), HasSubstr("member w0, which is a member already"));
  EXPECT_THAT(refused("group g any w0\ngroup h any w0\n"), HasSubstr("is a member already"));
  EXPECT_THAT(refused("group g any none\n"), HasSubstr("names none"));
  EXPECT_THAT(refused("group g any g\n"), HasSubstr("names g"));
  EXPECT_THAT(refused("group g any h\ngroup h any w0\n"), HasSubstr("names h"));
  EXPECT_THAT(refused("group w0 any w1\n"), HasSubstr("defines w0 again"));
  EXPECT_THAT(refused("group none any w1\n"), HasSubstr("defines none"));
}

TEST(Policy, HasALimit) {
  const std::string comment = absl::StrCat("#", std::string(kPolicyBytesMax - 14, 'x'), "\n");
  EXPECT_TRUE(Policy::Parse(absl::StrCat(comment, "quorum none\n")).ok());
  EXPECT_THAT(WhyRefused(absl::StrCat("#", comment, "quorum none\n")), HasSubstr("limit 65536"));
}

// A changed policy may be another policy; no change may crash, and a change of a key is found.
TEST(Policy, MistakesNeverLeaveAWrongKey) {
  const std::string text =
      absl::StrCat(LogLine(), WitnessLine(0), WitnessLine(1), "group g 2 w0 w1\nquorum g\n");
  size_t refused = 0;
  testing::ForEachMistake(text, [&](const std::string& wrong, size_t) {
    const absl::StatusOr<Policy> policy = Policy::Parse(wrong);
    if (!policy.ok()) {
      EXPECT_EQ(ErrorReason(policy.status()), "POLICY_MALFORMED");
      ++refused;
      return;
    }
    for (const PolicyParty& log : policy->logs()) EXPECT_EQ(log.key, LogKey().verifier());
    for (const PolicyParty& witness : policy->witnesses()) {
      EXPECT_TRUE(witness.key == WitnessKey(0).verifier() ||
                  witness.key == WitnessKey(1).verifier());
    }
  });
  EXPECT_GT(refused, 4000U);
}

class VerifyCheckpointTest : public ::testing::Test {
 protected:
  const Checkpoint checkpoint_{LogKey().verifier().name(), 7, LeafHash("root"), {}};
  const std::vector<VerifierKey> logs_ = {LogKey().verifier()};
  const Policy policy_ =
      *Policy::Parse(absl::StrCat(LogLine(), Witnesses(), "group g 2 w0 w1 w2\nquorum g\n"));
};

TEST_F(VerifyCheckpointTest, TakesWhatThePolicyWants) {
  EXPECT_EQ(*VerifyCheckpoint(Signed(checkpoint_, {0, 2}), {}, policy_), checkpoint_);
  EXPECT_TRUE(VerifyCheckpoint(Signed(checkpoint_, {2, 1, 0}), logs_, policy_).ok());
  EXPECT_TRUE(VerifyCheckpoint(Signed(checkpoint_), logs_, Policy()).ok());
}

TEST_F(VerifyCheckpointTest, SaysWhichCheckFailed) {
  const absl::Status quorum = VerifyCheckpoint(Signed(checkpoint_, {1}), logs_, policy_).status();
  EXPECT_EQ(ErrorReason(quorum), "QUORUM_NOT_MET");
  EXPECT_EQ(quorum.message(), "quorum: group g has 1 of 3 members cosigned, want 2");

  Checkpoint other = checkpoint_;
  other.origin = "other.example/log";
  const absl::Status origin = VerifyCheckpoint(Signed(other, {0, 1}), logs_, policy_).status();
  EXPECT_EQ(ErrorReason(origin), "ORIGIN_UNKNOWN");
  EXPECT_EQ(origin.message(),
            "origin: checkpoint is of other.example/log, and none of the 2 keys of logs has this "
            "name");

  Note note = Signed(checkpoint_, {0, 1});
  note.signatures.erase(note.signatures.begin());
  const absl::Status missing = VerifyCheckpoint(note, logs_, policy_).status();
  EXPECT_EQ(ErrorReason(missing), "SIGNATURE_MISSING");
  EXPECT_EQ(missing.message(),
            "signature: checkpoint of ledger.example/log has none of a known key of this log");

  note = Signed(checkpoint_, {0, 1});
  note.signatures[1].bytes[20] ^= 1;
  EXPECT_EQ(ErrorReason(VerifyCheckpoint(note, logs_, policy_).status()), "SIGNATURE_INVALID");

  note.text = "no checkpoint\n";
  EXPECT_EQ(ErrorReason(VerifyCheckpoint(note, logs_, policy_).status()), "CHECKPOINT_MALFORMED");
}

// Another log that is trusted as well does not speak for this one.
TEST_F(VerifyCheckpointTest, ALogSignsForItselfAlone) {
  const SignerKey other = *SignerKey::Generate("other.example/log", KeyType::kNote);
  Note note;
  note.text = FormatCheckpoint(checkpoint_);
  note.signatures = {other.Sign(note.text)};
  const std::vector<VerifierKey> logs = {LogKey().verifier(), other.verifier()};
  EXPECT_EQ(ErrorReason(VerifyCheckpoint(note, logs, Policy()).status()), "SIGNATURE_MISSING");
}

TEST_F(VerifyCheckpointTest, AWitnessIsNoLogAndCountsOnce) {
  Note note = Signed(checkpoint_, {0, 0, 0});
  EXPECT_EQ(ErrorReason(VerifyCheckpoint(note, logs_, policy_).status()), "QUORUM_NOT_MET");
}

}  // namespace
}  // namespace trellis::proofs
