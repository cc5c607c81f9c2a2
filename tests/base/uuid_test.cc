#include "base/uuid.h"

#include <set>

#include "gtest/gtest.h"

namespace trellis {
namespace {

TEST(ParseUuid, ReadsWhatUuidTextWrites) {
  const std::string text = "0d7e2b64-31c5-4f9a-8a52-7d0000000001";
  ASSERT_TRUE(ParseUuid(text).has_value());
  EXPECT_EQ(UuidText(*ParseUuid(text)), text);
  EXPECT_EQ((*ParseUuid(text))[0], 0x0d);
  EXPECT_EQ((*ParseUuid(text))[15], 0x01);
}

TEST(ParseUuid, TakesNothingElse) {
  for (const char* const text :
       {"", "0d7e2b64", "0D7E2B64-31C5-4F9A-8A52-7D0000000001",
        "{0d7e2b64-31c5-4f9a-8a52-7d0000000001}", "0d7e2b6431c54f9a8a527d0000000001",
        "0d7e2b64-31c5-4f9a-8a52-7d000000000g", "0d7e2b64-31c5-4f9a-8a52-7d00000000012",
        "0d7e2b64031c5-4f9a-8a52-7d0000000001", "0d7e2b6-431c5-4f9a-8a52-7d0000000001"}) {
    EXPECT_FALSE(ParseUuid(text).has_value()) << text;
  }
}

TEST(UuidV7, SortsByTimeAndFollowsFromItsArguments) {
  const absl::Time time = absl::FromUnixMillis(1'663'150'800'123);
  const Uuid uuid = UuidV7(time, Sha256("a"));
  EXPECT_EQ(UuidText(uuid).substr(0, 15), "01833b83-3cfb-7");
  EXPECT_EQ(uuid[8] & 0xc0, 0x80);
  EXPECT_EQ(uuid, UuidV7(time, Sha256("a")));
  EXPECT_NE(uuid, UuidV7(time, Sha256("b")));
  EXPECT_LT(UuidText(uuid), UuidText(UuidV7(time + absl::Milliseconds(1), Sha256("a"))));
}

TEST(UuidFromDigest, IsOfVersionEightAndFollowsFromTheDigest) {
  const Uuid uuid = UuidFromDigest(Sha256("a"));
  EXPECT_EQ(uuid[6] >> 4, 8);
  EXPECT_EQ(uuid[8] & 0xc0, 0x80);
  EXPECT_EQ(uuid, UuidFromDigest(Sha256("a")));
  EXPECT_NE(uuid, UuidFromDigest(Sha256("b")));
}

TEST(RandomUuid, IsOfVersionFourAndAnotherEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = RandomUuid();
    EXPECT_EQ(uuid[6] >> 4, 4);
    EXPECT_EQ(uuid[8] & 0xc0, 0x80);
    EXPECT_TRUE(seen.insert(UuidText(uuid)).second);
  }
}

}  // namespace
}  // namespace trellis
