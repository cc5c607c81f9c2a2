#include "proofs/key.h"

#include <string>

#include "absl/strings/escaping.h"
#include "base/digest.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The example that Go's package and others use.
constexpr char kKnownKey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

TEST(VerifierKey, ReadsAndWritesAKnownKey) {
  const absl::StatusOr<VerifierKey> key = VerifierKey::Parse(kKnownKey);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->name(), "example.com/foo");
  EXPECT_EQ(key->id(), 0x530d903aU);
  EXPECT_EQ(key->type(), KeyType::kNote);
  EXPECT_EQ(key->ToString(), kKnownKey);
}

TEST(VerifierKey, AnyMistakeIsRefused) {
  for (const std::string& text :
       {std::string(kKnownKey), testing::WitnessKey(0).verifier().ToString()}) {
    testing::ForEachMistake(text, [&](const std::string& wrong, size_t) {
      const absl::StatusOr<VerifierKey> key = VerifierKey::Parse(wrong);
      EXPECT_EQ(ErrorReason(key.status()), "KEY_MALFORMED") << absl::CHexEscape(wrong);
    });
  }
}

TEST(VerifierKey, SaysWhichTypeItCannotRead) {
  const std::string ml_dsa = absl::StrCat("w+00000000+", absl::Base64Escape("\6"
                                                                            "key"));
  EXPECT_EQ(VerifierKey::Parse(ml_dsa).status().message(),
            "key w is of type 6, want 1 (Ed25519) or 4 (Ed25519 cosignature)");
}

TEST(SignerKey, RoundTripsItsSecret) {
  for (const KeyType type : {KeyType::kNote, KeyType::kCosignature}) {
    const SignerKey key = *SignerKey::Generate("ledger.example/new", type);
    const absl::StatusOr<SignerKey> read = SignerKey::Parse(key.ToSecretString());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->verifier(), key.verifier());
    EXPECT_EQ(read->ToSecretString(), key.ToSecretString());
    EXPECT_EQ(*VerifierKey::Parse(key.verifier().ToString()), key.verifier());
  }
}

TEST(SignerKey, TwoNewKeysDiffer) {
  const SignerKey one = *SignerKey::Generate("n", KeyType::kNote);
  const SignerKey other = *SignerKey::Generate("n", KeyType::kNote);
  EXPECT_FALSE(one.verifier() == other.verifier());
}

TEST(SignerKey, RefusesANameThatIsNone) {
  for (const char* const name : {"", "a b", "a+b", "a\n"}) {
    EXPECT_EQ(ErrorReason(SignerKey::Generate(name, KeyType::kNote).status()), "KEY_MALFORMED");
  }
}

TEST(SignerKey, AnyMistakeIsRefusedWithoutSayingTheSecret) {
  const std::string text = testing::LogKey().ToSecretString();
  const std::string secret = text.substr(text.rfind('+') + 1);
  testing::ForEachMistake(text, [&](const std::string& wrong, size_t) {
    const absl::StatusOr<SignerKey> key = SignerKey::Parse(wrong);
    EXPECT_EQ(ErrorReason(key.status()), "KEY_MALFORMED") << absl::CHexEscape(wrong);
    EXPECT_THAT(std::string(key.status().message()), Not(HasSubstr(secret.substr(8, 8))));
  });
  EXPECT_FALSE(SignerKey::Parse(kKnownKey).ok());
}

TEST(Signature, IsOfTheTextAndTheKey) {
  const SignerKey& key = testing::LogKey();
  const Signature signature = key.Sign("text\n");
  EXPECT_TRUE(key.verifier().Verifies("text\n", signature));
  EXPECT_FALSE(key.verifier().Verifies("text", signature));
  EXPECT_FALSE(key.verifier().Verifies("", signature));
  EXPECT_FALSE(testing::StrangerKey().verifier().Verifies("text\n", signature));
  const SignerKey renamed = *SignerKey::Generate("other.example", KeyType::kNote);
  Signature of_another = signature;
  of_another.key_name = renamed.verifier().name();
  of_another.key_id = renamed.verifier().id();
  EXPECT_FALSE(renamed.verifier().Verifies("text\n", of_another));
}

TEST(Signature, EveryBitCounts) {
  const Signature note = testing::LogKey().Sign("text\n");
  const Signature cosignature = testing::WitnessKey(0).Cosign("text\n", testing::SomeTime());
  for (const auto& [key, right] : {std::pair(testing::LogKey().verifier(), note),
                                   std::pair(testing::WitnessKey(0).verifier(), cosignature)}) {
    ASSERT_TRUE(key.Verifies("text\n", right));
    for (size_t bit = 0; bit < 8 * right.bytes.size(); ++bit) {
      Signature wrong = right;
      wrong.bytes[bit / 8] = static_cast<char>(wrong.bytes[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(key.Verifies("text\n", wrong)) << bit;
    }
    for (size_t size = 0; size < right.bytes.size(); ++size) {
      Signature wrong = right;
      wrong.bytes.resize(size);
      EXPECT_FALSE(key.Verifies("text\n", wrong)) << size;
    }
    Signature longer = right;
    longer.bytes.push_back('\0');
    EXPECT_FALSE(key.Verifies("text\n", longer));
  }
}

// Half of a signature is a number modulo the group's order L. A verifier that takes S + L for S
// takes two signatures for one (RFC 8032 section 5.1.7).
TEST(Signature, HasOneSpelling) {
  const std::string order =
      absl::HexStringToBytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature signature = testing::LogKey().Sign("text\n");
  int carry = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    char& byte = signature.bytes[32 + i];
    carry += static_cast<uint8_t>(byte) + static_cast<uint8_t>(order[i]);
    byte = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(testing::LogKey().verifier().Verifies("text\n", signature));
}

TEST(Cosignature, HoldsItsTime) {
  const Signature signature = testing::WitnessKey(0).Cosign("text\n", testing::SomeTime());
  EXPECT_EQ(signature.bytes.size(), 72U);
  EXPECT_EQ(CosignatureTime(signature), testing::SomeTime());
  EXPECT_EQ(absl::BytesToHexString(signature.bytes.substr(0, 8)), "00000000641850cb");
  EXPECT_EQ(CosignatureTime({"w", 1, "1234567"}), std::nullopt);
  EXPECT_EQ(CosignatureTime({"w", 1, std::string(72, '\xff')}), std::nullopt);
}

// The bytes that are signed differ, so that one cannot be taken for the other, even if somebody
// uses one pair of keys for both.
TEST(Cosignature, IsNoSignatureOfTheText) {
  const SignerKey& witness = testing::WitnessKey(0);
  const std::string& name = witness.verifier().name();
  const auto& bytes = witness.verifier().bytes();
  const std::string as_note = absl::StrCat("\x01", std::string(bytes.begin(), bytes.end()));
  // The id as the specification puts it together.
  const Digest digest = Sha256(absl::StrCat(name, "\n"), as_note);
  const std::string id = absl::BytesToHexString(AsBytes(digest).substr(0, 4));
  const absl::StatusOr<VerifierKey> note_key =
      VerifierKey::Parse(absl::StrCat(name, "+", id, "+", absl::Base64Escape(as_note)));
  ASSERT_TRUE(note_key.ok()) << note_key.status();
  EXPECT_NE(note_key->id(), witness.verifier().id());

  Signature relabelled = witness.Cosign("text\n", testing::SomeTime());
  relabelled.key_id = note_key->id();
  EXPECT_FALSE(note_key->Verifies("text\n", relabelled));
  relabelled.bytes.erase(0, 8);
  EXPECT_FALSE(note_key->Verifies("text\n", relabelled));
  EXPECT_TRUE(note_key->Verifies("cosignature/v1\ntime 1679315147\ntext\n", relabelled));
}

TEST(KeyDeathTest, SignsOnlyWhatItsTypeSigns) {
  EXPECT_DEATH(testing::WitnessKey(0).Sign("text\n"), "CHECK failed");
  EXPECT_DEATH(testing::LogKey().Cosign("text\n", testing::SomeTime()), "CHECK failed");
}

}  // namespace
}  // namespace trellis::proofs
