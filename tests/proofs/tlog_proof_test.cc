#include "proofs/tlog_proof.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proofs/verify.h"
#include "tests/proofs/oracle.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

using testing::EntryOf;
using testing::LogKey;
using testing::Signed;
using ::testing::StartsWith;
using testing::WitnessKey;

constexpr size_t kSize = 70;

class TlogProofTest : public ::testing::Test {
 protected:
  TlogProof ProofOf(size_t index, size_t size = kSize) const {
    const absl::Span<const std::string> first = absl::MakeSpan(entries_).first(size);
    TlogProof proof;
    proof.index = index;
    proof.hashes = testing::Path(index, first);
    proof.checkpoint = Signed({LogKey().verifier().name(), size, testing::Mth(first), {}}, {0, 1});
    return proof;
  }

  absl::Status Verify(const TlogProof& proof, absl::string_view entry) const {
    return VerifyTlogProof(proof, entry, logs_, policy_).status();
  }

  const std::vector<std::string> entries_ = testing::EntriesUpTo(kSize);
  const std::vector<VerifierKey> logs_ = {LogKey().verifier()};
  const Policy policy_ = *Policy::Parse(
      absl::StrCat("witness a ", WitnessKey(0).verifier().ToString(), "\nwitness b ",
                   WitnessKey(1).verifier().ToString(), "\ngroup g all a b\nquorum g\n"));
};

TEST_F(TlogProofTest, RoundTripsAndVerifies) {
  for (const size_t size : {1U, 2U, 3U, 64U, 70U}) {
    for (size_t index = 0; index < size; ++index) {
      const TlogProof proof = ProofOf(index, size);
      const std::string bytes = FormatTlogProof(proof);
      const absl::StatusOr<TlogProof> read = ParseTlogProof(bytes);
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(FormatTlogProof(*read), bytes);
      const auto checkpoint = VerifyTlogProof(*read, EntryOf(index), logs_, policy_);
      ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
      EXPECT_EQ(checkpoint->size, size);
    }
  }
}

TEST_F(TlogProofTest, IsWrittenAsSpecified) {
  TlogProof proof = ProofOf(1, 2);
  proof.extra = "more";
  const Digest sibling = LeafHash(EntryOf(0));
  EXPECT_EQ(
      FormatTlogProof(proof),
      absl::StrCat("c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 1\n",
                   absl::Base64Escape(AsBytes(sibling)), "\n\n", FormatNote(proof.checkpoint)));
  EXPECT_EQ(ParseTlogProof(FormatTlogProof(proof))->extra, "more");
}

TEST_F(TlogProofTest, SaysWhichCheckFailed) {
  const TlogProof right = ProofOf(5);
  const absl::Status inclusion = Verify(right, "another entry");
  EXPECT_EQ(ErrorReason(inclusion), "PROOF_INVALID");
  EXPECT_THAT(std::string(inclusion.message()), StartsWith("inclusion: root follows from"));

  TlogProof proof = right;
  proof.index = 70;
  EXPECT_EQ(Verify(proof, EntryOf(5)).message(),
            "inclusion: leaf 70 is not in a tree of 70 leaves");

  proof = right;
  proof.checkpoint.signatures.pop_back();
  EXPECT_EQ(Verify(proof, EntryOf(5)).message(),
            "quorum: group g has 1 of 2 members cosigned, want 2");

  proof = right;
  proof.checkpoint.text = absl::StrReplaceAll(proof.checkpoint.text, {{"\n70\n", "\n71\n"}});
  EXPECT_THAT(std::string(Verify(proof, EntryOf(5)).message()),
              StartsWith("signature: that of ledger.example/log does not verify"));

  const auto unknown = VerifyTlogProof(right, EntryOf(5), {}, policy_);
  EXPECT_EQ(unknown.status().message(),
            "origin: checkpoint is of ledger.example/log, and none of the 0 keys of logs has this "
            "name");
}

TEST_F(TlogProofTest, HoldsForItsEntryAndItsCheckpointAlone) {
  const TlogProof right = ProofOf(5);
  for (size_t index = 0; index < kSize; ++index) {
    if (index == 5) continue;
    EXPECT_FALSE(Verify(right, EntryOf(index)).ok());
    TlogProof proof = right;
    proof.index = index;
    EXPECT_FALSE(Verify(proof, EntryOf(5)).ok());
    EXPECT_FALSE(Verify(proof, EntryOf(index)).ok());
  }
  for (size_t size = 6; size < kSize; ++size) {
    TlogProof proof = right;
    proof.checkpoint = ProofOf(5, size).checkpoint;
    EXPECT_FALSE(Verify(proof, EntryOf(5)).ok()) << size;
  }
}

// The whole file counts but for the extra line, which nobody signs.
TEST_F(TlogProofTest, AnyMistakeIsRefused) {
  TlogProof right = ProofOf(42);
  right.extra = "unsigned";
  const std::string bytes = FormatTlogProof(right);
  const size_t extra = bytes.find("extra ");
  const size_t index = bytes.find("index ");
  size_t tried = 0;
  testing::ForEachMistake(bytes, [&](const std::string& wrong, size_t at) {
    ++tried;
    const absl::StatusOr<TlogProof> proof = ParseTlogProof(wrong);
    if (!proof.ok() || !Verify(*proof, EntryOf(42)).ok()) return;
    EXPECT_EQ(proof->index, right.index);
    EXPECT_EQ(proof->hashes, right.hashes);
    EXPECT_EQ(proof->checkpoint.text, right.checkpoint.text);
    // The extra line; or signatures that stand in another order, or twice.
    const bool of_extra = at >= extra && at < index;
    const std::vector<Signature>& got = proof->checkpoint.signatures;
    const bool same_signatures =
        std::is_permutation(right.checkpoint.signatures.begin(), right.checkpoint.signatures.end(),
                            got.begin(), got.begin() + 3);
    const bool twice = got.size() == 4;
    EXPECT_TRUE(of_extra || twice || (same_signatures && got != right.checkpoint.signatures))
        << absl::CHexEscape(wrong);
  });
  EXPECT_GT(tried, 15'000U);
}

TEST_F(TlogProofTest, WantsItsForm) {
  const std::string note = FormatNote(ProofOf(0).checkpoint);
  const std::string hash = absl::StrCat(absl::Base64Escape(std::string(32, 'h')), "\n");
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const auto reason = [](const std::string& bytes) {
    return ErrorReason(ParseTlogProof(bytes).status());
  };
  EXPECT_EQ(reason(absl::StrCat(head, "index 0\n", hash, "\n", note)), "");
  EXPECT_EQ(reason(absl::StrCat(head, "extra eA==\nindex 0\n\n", note)), "");
  for (const std::string& bytes : {std::string(),
                                   std::string("\n"),
                                   head,
                                   absl::StrCat(head, "index 0\n"),
                                   absl::StrCat(head, "index 0\n", hash),
                                   absl::StrCat("c2sp.org/tlog-proof@v2\nindex 0\n\n", note),
                                   absl::StrCat(" ", head, "index 0\n\n", note),
                                   absl::StrCat(head, "\nindex 0\n\n", note),
                                   absl::StrCat(head, "index 00\n\n", note),
                                   absl::StrCat(head, "index -1\n\n", note),
                                   absl::StrCat(head, "index 18446744073709551616\n\n", note),
                                   absl::StrCat(head, "Index 0\n\n", note),
                                   absl::StrCat(head, "index  0\n\n", note),
                                   absl::StrCat(head, "extra \nindex 0\n\n", note),
                                   absl::StrCat(head, "extra\nindex 0\n\n", note),
                                   absl::StrCat(head, "extra x\nindex 0\n\n", note),
                                   absl::StrCat(head, "extra eA==\nextra eA==\nindex 0\n\n", note),
                                   absl::StrCat(head, "index 0\nextra eA==\n\n", note),
                                   absl::StrCat(head, "index 0\nindex 0\n\n", note),
                                   absl::StrCat(head, "index 0\n", hash.substr(1), "\n", note),
                                   absl::StrCat(head, "index 0\n", note)}) {
    EXPECT_EQ(reason(bytes), "PROOF_MALFORMED") << absl::CHexEscape(bytes);
  }
  EXPECT_EQ(reason(absl::StrCat(head, "index 0\n\n\n", note)), "");  // A text with an empty line.
  EXPECT_EQ(reason(absl::StrCat(head, "index 0\n\nno note\n")), "NOTE_MALFORMED");
  std::string hashes;
  for (size_t i = 0; i < kProofHashesMax; ++i) hashes += hash;
  EXPECT_EQ(reason(absl::StrCat(head, "index 0\n", hashes, "\n", note)), "");
  EXPECT_EQ(reason(absl::StrCat(head, "index 0\n", hashes, hash, "\n", note)), "PROOF_MALFORMED");
  EXPECT_EQ(reason(std::string(kTlogProofBytesMax + 1, 'x')), "PROOF_MALFORMED");
}

}  // namespace
}  // namespace trellis::proofs
