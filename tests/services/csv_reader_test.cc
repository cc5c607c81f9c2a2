// Reading CSV: whatever comes is rows or errors with their lines, in parts of any size.
#include "services/csv_reader.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The rows of `file`, which comes in parts of `size`: `line: field|field`, or `line! error`.
std::vector<std::string> RowsOf(const std::string& file, size_t size = 1 << 16) {
  std::vector<std::string> rows;
  CsvReader reader([&](const CsvRow& row) {
    rows.push_back(row.error.empty() ? absl::StrCat(row.line, ": ", absl::StrJoin(row.fields, "|"))
                                     : absl::StrCat(row.line, "! ", row.error));
  });
  absl::Status status;
  for (size_t at = 0; at < file.size() && status.ok(); at += size) {
    status = reader.Read(absl::string_view(file).substr(at, size));
  }
  if (status.ok()) status = reader.End();
  if (!status.ok()) rows.push_back(std::string(status.message()));
  return rows;
}

TEST(CsvReader, ReadsFieldsInQuotesOverLines) {
  const std::string file = "a,b\r\n\"x, \"\"y\"\"\",\"one\r\ntwo\"\r\n\r\n ,last";
  for (const size_t size : {1u, 2u, 3u, 7u, 100u}) {
    EXPECT_THAT(RowsOf(file, size), ElementsAre("1: a|b", "2: x, \"y\"|one\r\ntwo", "5: |last"))
        << size;
  }
}

TEST(CsvReader, AQuoteThatIsNeverClosedCostsItsLineAlone) {
  EXPECT_THAT(RowsOf("a,b\n\"x,1\ny,2\nz,3\n"),
              ElementsAre("1: a|b", HasSubstr("2! a quote"), "3: y|2", "4: z|3"));
  EXPECT_THAT(RowsOf("a,b\n\"x,1\n\"y\",2\nz,3"),
              ElementsAre("1: a|b", HasSubstr("2! its quotes"), "3: y|2", "4: z|3"));
  EXPECT_THAT(RowsOf("a\nx\"y\nz\n"), ElementsAre("1: a", HasSubstr("2! its quotes"), "3: z"));
}

TEST(CsvReader, RefusesWhatNoRowIs) {
  EXPECT_THAT(RowsOf(std::string("a\nx\0y\nz\n", 8)),
              ElementsAre("1: a", HasSubstr("2! has a byte of zero"), "3: z"));
  EXPECT_THAT(RowsOf("a\n" + std::string(1'000'000, ',') + "\nz\n"),
              ElementsAre("1: a", "2! got 1000001 columns, want at most 1000", "3: z"));
  EXPECT_THAT(RowsOf("a\n" + std::string(kCsvRowBytesMax + 1, 'x') + "\nz\n"),
              ElementsAre("1: a", HasSubstr("2! is longer than"), "3: z"));
  // A quote that would swallow more than a row may have.
  std::string long_tail = "a\n\"x\n";
  for (int i = 0; i < 300'000; ++i) long_tail += "row\n";
  const auto rows = RowsOf(long_tail);
  EXPECT_THAT(rows, SizeIs(300'002));
  EXPECT_THAT(rows[1], HasSubstr("2! a quote that begins on this line is not closed within"));
}

TEST(CsvReader, GivesUpWhereNothingIsCsv) {
  std::string file;
  for (int i = 0; i < 1000; ++i) file += "x\"y\n";
  const auto rows = RowsOf(file);
  EXPECT_THAT(rows, SizeIs(kCsvBrokenRowsMax + 1));
  EXPECT_THAT(rows.back(), HasSubstr("line 101: 100 rows up to here have broken quotes"));
  EXPECT_THAT(RowsOf(""), IsEmpty());
}

TEST(CsvReader, WritesWhatItReads) {
  const std::vector<std::string> fields = {"plain", "a,b", "\"q\"", "two\nlines", " blank ", ""};
  EXPECT_THAT(RowsOf(CsvLine(fields)), ElementsAre("1: " + absl::StrJoin(fields, "|")));
}

}  // namespace
}  // namespace trellis::services
