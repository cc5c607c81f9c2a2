#include "proofs/text.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace trellis::proofs {
namespace {

TEST(ReadDecimal, HasOneSpellingOfANumber) {
  EXPECT_EQ(ReadDecimal("0"), 0U);
  EXPECT_EQ(ReadDecimal("20852163"), 20852163U);
  EXPECT_EQ(ReadDecimal("18446744073709551615"), UINT64_MAX);
  for (const char* const text : {"", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "0x1", "1e3", "1.0",
                                 "18446744073709551616", "99999999999999999999", "١"}) {
    EXPECT_EQ(ReadDecimal(text), std::nullopt) << text;
  }
}

TEST(ReadBase64, HasOneSpellingOfBytes) {
  EXPECT_EQ(ReadBase64(""), "");
  EXPECT_EQ(ReadBase64("YQ=="), "a");
  EXPECT_EQ(ReadBase64("+/+/"), "\xfb\xff\xbf");
  for (const char* const text : {"YQ", "YQ=", "YQ===", "YR==", "YQ==\n", "Y Q==", " YQ==", "-_-_",
                                 "YQ==YQ==", "=", "====", "Y", "YWI", "YWJ="}) {
    EXPECT_EQ(ReadBase64(text), std::nullopt) << text;
  }
}

TEST(ReadBase64Digest, Wants32Bytes) {
  EXPECT_TRUE(ReadBase64Digest(absl::Base64Escape(std::string(32, 'x'))).has_value());
  for (const size_t size : {0U, 31U, 33U, 64U}) {
    EXPECT_FALSE(ReadBase64Digest(absl::Base64Escape(std::string(size, 'x'))).has_value());
  }
}

TEST(IsUtf8, RefusesWhatHasAnotherSpellingOrIsNone) {
  for (const char* const text :
       {"", "plain", "\u00e9", "\u2014", "\ud7ff", "\ue000", "\U00010000", "\U0010ffff", "\x7f"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* const text : {"\x80",
                                 "\xbf",
                                 "\xc0\x80",
                                 "\xc1\xbf",
                                 "\xc3",
                                 "\xc3\x28",
                                 "\xe0\x80\x80",
                                 "\xe0\x9f\xbf",
                                 "\xed\xa0\x80",
                                 "\xed\xbf\xbf",
                                 "\xe2\x80",
                                 "\xe2\x28\x80",
                                 "\xf0\x80\x80\x80",
                                 "\xf0\x8f\xbf\xbf",
                                 "\xf4\x90\x80\x80",
                                 "\xf5\x80\x80\x80",
                                 "\xf8\x88\x80\x80\x80",
                                 "\xff",
                                 "\xfe",
                                 "a\xff"}) {
    EXPECT_FALSE(IsUtf8(text)) << absl::CHexEscape(text);
  }
}

TEST(IsKeyName, HasNoSpacesAndNoPlus) {
  for (const char* const name : {"a", "example.com/log", "oid/1.2.3", "\u00e9cole.example/1"}) {
    EXPECT_TRUE(IsKeyName(name)) << name;
  }
  for (const char* const name :
       {"", "a b", "a+b", "a\tb", "a\nb", "a\x01", "a\u00a0b", "a\u0085", "\u1680", "a\u2003b",
        "a\u2028", "\u202f", "\u205f", "\u3000", "a\xff"}) {
    EXPECT_FALSE(IsKeyName(name)) << absl::CHexEscape(name);
  }
  EXPECT_TRUE(IsKeyName(std::string(255, 'n')));
  EXPECT_FALSE(IsKeyName(std::string(256, 'n')));
}

}  // namespace
}  // namespace trellis::proofs
