#include "base/digest.h"

#include <string>

#include "absl/strings/escaping.h"
#include "base/digest_of_parts.h"
#include "gtest/gtest.h"

namespace trellis {
namespace {

std::string Hex(const Digest& digest) { return absl::BytesToHexString(AsBytes(digest)); }

// The vectors of FIPS 180-4.
TEST(Sha256, IsSha256) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfTwoPartsIsThatOfTheWhole) {
  EXPECT_EQ(Sha256("ab", "c"), Sha256("abc"));
  EXPECT_EQ(Sha256("", "abc"), Sha256("abc"));
  EXPECT_EQ(Sha256(absl::string_view("a\0b", 3), ""), Sha256(absl::string_view("a\0b", 3)));
  EXPECT_NE(Sha256("a", "b"), Sha256("b", "a"));
}

TEST(DigestOfParts, IsThatOfTheWhole) {
  DigestOfParts digest;
  for (const char* const part : {"", "a", "bc", ""}) digest.Add(part);
  EXPECT_EQ(digest.Finish(), Sha256("abc"));
  EXPECT_EQ(DigestOfParts().Finish(), Sha256(""));
}

}  // namespace
}  // namespace trellis
