#include "vault/aes_gcm.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace trellis::vault {
namespace {

struct Vector {
  const char* key;
  const char* nonce;
  const char* associated_data;
  const char* text;
  const char* sealed;
};

constexpr char kZeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr char kKey[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";

// The test cases 13 to 16 of the specification of GCM that was submitted to NIST.
const Vector kVectors[] = {
    {kZeros, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeros, "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {kKey, "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {kKey, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"}};

TEST(AesGcmTest, GivesWhatTheSpecificationSays) {
  for (const Vector& vector : kVectors) {
    const auto key = SecretOf(absl::HexStringToBytes(vector.key));
    const std::string nonce = absl::HexStringToBytes(vector.nonce);
    const std::string data = absl::HexStringToBytes(vector.associated_data);
    const std::string sealed = absl::HexStringToBytes(vector.sealed);
    const std::string text = absl::HexStringToBytes(vector.text);
    EXPECT_EQ(absl::BytesToHexString(GcmEncrypt(*key, nonce, data, text)), vector.sealed);
    EXPECT_EQ(GcmDecrypt(*key, nonce, data, sealed), text);
  }
}

TEST(AesGcmTest, OpensNothingThatWasNotSealed) {
  const auto key = RandomSecret();
  const std::string nonce(kNonceBytes, 'n');
  const std::string sealed = GcmEncrypt(*key, nonce, "data", "text");
  ASSERT_EQ(GcmDecrypt(*key, nonce, "data", sealed), "text");
  EXPECT_FALSE(GcmDecrypt(*RandomSecret(), nonce, "data", sealed).has_value());
  EXPECT_FALSE(GcmDecrypt(*key, std::string(kNonceBytes, 'm'), "data", sealed).has_value());
  EXPECT_FALSE(GcmDecrypt(*key, nonce, "", sealed).has_value());
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(GcmDecrypt(*key, nonce, "data", sealed.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(GcmDecrypt(*key, nonce, "data", sealed + sealed).has_value());
}

TEST(AesGcmTest, SecretsAreNeverTheSame) {
  EXPECT_NE(RandomSecret()->view(), RandomSecret()->view());
  EXPECT_NE(RandomNonce(), RandomNonce());
}

}  // namespace
}  // namespace trellis::vault
