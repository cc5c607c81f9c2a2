#include "proofs/handover.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proofs/checkpoint.h"
#include "proofs/note.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LogKey;

SignerKey NewKey() { return *SignerKey::Generate(LogKey().verifier().name(), KeyType::kNote); }

Handover Between(const SignerKey& from, const SignerKey& to) {
  return {from.verifier(), to.verifier()};
}

TEST(Handover, IsReadAsItWasSigned) {
  const SignerKey next = NewKey();
  const auto read = ReadHandover(SignHandover(LogKey(), next));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Between(LogKey(), next));
}

TEST(Handover, IsNoCheckpoint) {
  const auto note = ParseNote(SignHandover(LogKey(), NewKey()));
  ASSERT_TRUE(note.ok());
  EXPECT_FALSE(ParseCheckpoint(note->text).ok());
}

TEST(Handover, WantsBothSignatures) {
  const SignerKey next = NewKey();
  Note note = *ParseNote(SignHandover(LogKey(), next));
  for (size_t i = 0; i < 2; ++i) {
    const auto read = ReadHandover(FormatNote({note.text, {note.signatures[i]}}));
    EXPECT_EQ(ErrorReason(read.status()), "SIGNATURE_MISSING");
    EXPECT_THAT(read.status().message(),
                HasSubstr((i == 0 ? next : LogKey()).verifier().ToString()));
  }
}

TEST(Handover, IsOfTwoKeysOfOneLedger) {
  const auto text_of = [](const SignerKey& from, const SignerKey& to) {
    const std::string text =
        absl::StrCat("trellis key handover 1\nledger ", from.verifier().name(), "\nfrom ",
                     from.verifier().ToString(), "\nto ", to.verifier().ToString(), "\n");
    Note note{text, {from.Sign(text)}};
    if (to.verifier() != from.verifier()) note.signatures.push_back(to.Sign(text));
    return FormatNote(note);
  };
  for (const SignerKey& to : {testing::StrangerKey(), LogKey()}) {
    EXPECT_EQ(ErrorReason(ReadHandover(text_of(LogKey(), to)).status()), "HANDOVER_MALFORMED");
  }
  EXPECT_TRUE(ReadHandover(text_of(LogKey(), NewKey())).ok());
}

TEST(Handover, WithAMistakeIsRefused) {
  const SignerKey next = NewKey();
  const std::string note = SignHandover(LogKey(), next);
  int mistakes = 0;
  testing::ForEachMistake(note, [&](const std::string& wrong, size_t at) {
    ++mistakes;
    const auto read = ReadHandover(wrong);
    // A signature may stand twice, and the two in any order: what they sign is unchanged.
    if (read.ok() && at >= note.find("\n\n")) {
      EXPECT_EQ(*read, Between(LogKey(), next));
      return;
    }
    EXPECT_FALSE(read.ok()) << at << ": " << wrong;
  });
  EXPECT_GT(mistakes, 5000);
}

// Keys 0 to 3, of which each follows the one before; 4 is a thief's, to whom 1 was made to hand
// over as well.
struct Chain {
  std::vector<SignerKey> keys = {NewKey(), NewKey(), NewKey(), NewKey(), NewKey()};
  std::vector<Handover> handovers = {Between(keys[0], keys[1]), Between(keys[1], keys[2]),
                                     Between(keys[1], keys[4]), Between(keys[2], keys[3])};

  std::string Through(size_t known) const {
    const VerifierKey start[] = {keys[known].verifier()};
    std::string numbers;
    for (const VerifierKey& key : KeysThrough(start, handovers)) {
      for (size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].verifier() == key) numbers += static_cast<char>('0' + i);
      }
    }
    return numbers;
  }
};

TEST(KeysThrough, LeadForwardAndBack) {
  Chain chain;
  EXPECT_EQ(chain.Through(3), "3210");
  EXPECT_EQ(chain.Through(2), "2310");
}

TEST(KeysThrough, LeadNobodyWhoKnowsTheNewKeyToAThirdThatTheOldOneNames) {
  Chain chain;
  EXPECT_EQ(chain.Through(2).find('4'), std::string::npos);
  // Who knows only the stolen key cannot tell.
  EXPECT_NE(chain.Through(1).find('4'), std::string::npos);
}

TEST(KeysThrough, WithoutHandoversAreThoseThatWereKnown) {
  const VerifierKey known[] = {LogKey().verifier()};
  EXPECT_THAT(KeysThrough(known, {}), ElementsAre(LogKey().verifier()));
  EXPECT_TRUE(KeysThrough({}, Chain().handovers).empty());
}

}  // namespace
}  // namespace trellis::proofs
