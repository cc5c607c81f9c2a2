#include "vault/sealed.h"

#include <random>

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace trellis::vault {
namespace {

TEST(SealedTest, RoundTripsWhateverTheText) {
  const DataKey key = DataKey::Generate();
  std::string text;
  for (const size_t size : {0, 1, 15, 16, 17, 300, 262'144}) {
    text.resize(size, 'x');
    const std::string sealed = Seal(key, "place", text);
    EXPECT_EQ(sealed.size(), size + kSealBytes);
    const absl::StatusOr<std::string> opened = Open(key, "place", sealed);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, text);
    EXPECT_EQ(*SealedKeyId(sealed), key.id());
  }
}

TEST(SealedTest, SaysTheSameTwiceInOtherBytes) {
  const DataKey key = DataKey::Generate();
  EXPECT_NE(Seal(key, "place", "text"), Seal(key, "place", "text"));
}

TEST(SealedTest, RefusesEachByteThatWasChanged) {
  const DataKey key = DataKey::Generate();
  const std::string sealed = Seal(key, "place", "What the mentor wrote.");
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const std::string want = i == 0    ? "SEALED_MALFORMED"
                               : i <= 32 ? "SEALED_BY_OTHER_KEY"
                                         : "SEALED_DAMAGED";
      ASSERT_EQ(ErrorReason(Open(key, "place", changed).status()), want) << i << " " << bit;
    }
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_FALSE(Open(key, "place", sealed.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Open(key, "place", sealed + "x").ok());
}

TEST(SealedTest, OpensInItsOwnPlaceAlone) {
  const DataKey key = DataKey::Generate();
  const std::string sealed = Seal(key, "record 7", "text");
  for (const char* place : {"", "record 8", "record 77", "record ", "Record 7"}) {
    EXPECT_EQ(ErrorReason(Open(key, place, sealed).status()), "SEALED_DAMAGED") << place;
  }
}

TEST(SealedTest, SaysWhoseKeyItWants) {
  const DataKey key = DataKey::Generate();
  const DataKey other = DataKey::Generate();
  const absl::Status status = Open(other, "place", Seal(key, "place", "text")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "sealed text is of key " + UuidText(key.id()) + ", got " + UuidText(other.id()));
}

TEST(SealedTest, RandomBytesNeverOpenAndNeverCrash) {
  std::mt19937_64 random(trellis::testing::Seed());
  const DataKey key = DataKey::Generate();
  const std::string sealed = Seal(key, "place", "text");
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    // Half of them get as far as the cipher.
    if (i % 2 == 0) bytes = sealed.substr(0, 33) + bytes;
    ASSERT_FALSE(Open(key, "place", bytes).ok());
    const absl::StatusOr<Uuid> id = SealedKeyId(bytes);
    if (!id.ok()) {
      ASSERT_EQ(ErrorReason(id.status()), "SEALED_MALFORMED");
    }
  }
}

}  // namespace
}  // namespace trellis::vault
