// Archives: any zip program reads them, and no other spelling is taken.
#include "evidence/zip.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"
#include "tests/support/temp_directory.h"

namespace trellis::evidence {
namespace {

using ::testing::HasSubstr;

std::vector<ZipMember> SomeMembers() {
  return {{"README.txt", "words\n"}, {"records/00001.entry", std::string("\0\xff", 2)}, {"e", ""}};
}

std::string ErrorOf(const std::string& bytes) {
  const auto read = ReadZip(bytes);
  EXPECT_FALSE(read.ok());
  EXPECT_EQ(ErrorReason(read.status()), "EVIDENCE_MALFORMED");
  return std::string(read.status().message());
}

// The archive with `bytes` in place of those at `offset`.
std::string With(size_t offset, const std::string& bytes) {
  std::string zip = WriteZip(SomeMembers());
  return zip.replace(offset, bytes.size(), bytes);
}

TEST(Zip, ReadsWhatItWrites) {
  const std::string zip = WriteZip(SomeMembers());
  EXPECT_EQ(zip.size(), ZipBytes(SomeMembers()));
  const auto read = ReadZip(zip);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SomeMembers());
}

TEST(Zip, IsReadByOthers) {
  if (std::system("python3 -c pass") != 0) GTEST_SKIP() << "there is no python3";
  const testing::TempDirectory directory;
  const std::string file = directory / "a.zip";
  std::ofstream(file, std::ios::binary) << WriteZip(SomeMembers());
  const std::string program = absl::StrCat(
      "import zipfile; z = zipfile.ZipFile('", file,
      "'); assert z.testzip() is None; assert z.namelist() == ['README.txt', "
      "'records/00001.entry', 'e']; assert z.read('records/00001.entry') == b'\\0\\xff'; "
      "assert z.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)");
  EXPECT_EQ(std::system(absl::StrCat("python3 -c \"", program, "\"").c_str()), 0);
}

TEST(Zip, RefusesEveryMistake) {
  const std::string zip = WriteZip(SomeMembers());
  size_t mistakes = 0;
  proofs::testing::ForEachMistake(zip, [&](const std::string& wrong, size_t at) {
    ++mistakes;
    ASSERT_FALSE(ReadZip(wrong).ok()) << "at " << at;
  });
  EXPECT_GT(mistakes, 5000u);
}

TEST(Zip, SaysWhatItDoesNotTake) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("is no zip file"));
  EXPECT_THAT(ErrorOf("<html>"), HasSubstr("is no zip file"));
  EXPECT_THAT(ErrorOf(With(6, "\x01")), HasSubstr("is encrypted"));
  EXPECT_THAT(ErrorOf(With(6, "\x08")), HasSubstr("has flags 8"));
  EXPECT_THAT(ErrorOf(With(8, "\x08")), HasSubstr("is compressed by method 8"));
  EXPECT_THAT(ErrorOf(With(14, "x")), HasSubstr("not the content that its checksum is of"));
  EXPECT_THAT(ErrorOf(With(22, "\xff\xff\xff\xff")), HasSubstr("ends after the bundle does"));
  EXPECT_THAT(ErrorOf(With(30, "../etc")), HasSubstr("want a plain relative name"));
  EXPECT_THAT(ErrorOf(With(30, "/EADME")), HasSubstr("want a plain relative name"));
  EXPECT_THAT(ErrorOf(With(30, "C:\\ADM")), HasSubstr("want a plain relative name"));
  EXPECT_THAT(ErrorOf(With(10, "\x01")), HasSubstr("other times"));
  EXPECT_THAT(ErrorOf(WriteZip(SomeMembers()) + "more"), HasSubstr("has 4 bytes after its end"));
  EXPECT_THAT(ErrorOf("PK\5\6" + std::string(18, '\0')), HasSubstr("is no zip file"));
  EXPECT_THAT(ErrorOf(WriteZip({{"a", "1"}, {"a", "2"}})), HasSubstr("is a second a"));
  EXPECT_THAT(ErrorOf(std::string(kZipBytesMax + 1, 'P')), HasSubstr("limit"));
}

TEST(Zip, RefusesMoreMembersThanThereCanBe) {
  std::string zip;
  for (size_t i = 0; i <= kZipMembersMax; ++i) {
    const std::string one = WriteZip({{absl::StrCat("m", i), ""}});
    zip += one.substr(0, 30 + absl::StrCat("m", i).size());
  }
  EXPECT_THAT(ErrorOf(zip), HasSubstr("has more than"));
}

}  // namespace
}  // namespace trellis::evidence
