// Rows of a CSV file (RFC 4180) that comes in parts of any size.
//
// Operation.   libcsv splits the fields. Lines end with LF or CRLF, the last may end with neither;
//              blank lines are passed over; a quoted field may hold line ends. A row whose quotes
//              make no sense is refused by its first line, and reading goes on with the next: what
//              one quote that is never closed costs is a line, not the rest of the file.
// Concurrency. For one thread.
// Limits.      A row of kCsvRowBytesMax, kCsvColumnsMax fields, kCsvBrokenRowsMax rows with broken
//              quotes; the file may be of any size.
#pragma once

#include <cstdint>
#include <csv.h>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace trellis::services {

inline constexpr size_t kCsvRowBytesMax = 1 << 20;
inline constexpr size_t kCsvColumnsMax = 1000;
// Each may be read again up to kCsvRowBytesMax: a file of nothing else is no CSV.
inline constexpr int kCsvBrokenRowsMax = 100;

struct CsvRow {
  // The line on which it begins; the first is 1.
  int64_t line = 0;
  // As the file has them, byte for byte, without spaces around those that are not quoted.
  std::vector<std::string> fields;
  // Got and want, if it cannot be read; `fields` then has the line as one field, or nothing.
  std::string error;
};

class CsvReader {
 public:
  using OnRow = std::function<void(CsvRow)>;

  explicit CsvReader(OnRow on_row);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Reads the next bytes and gives each row that they end. INVALID_ARGUMENT (CSV_BROKEN): too many
  // rows have broken quotes; nothing more is read.
  absl::Status Read(absl::string_view bytes);
  // The file ends here.
  absl::Status End();
  // True while a row has begun that has not ended.
  bool in_row() const { return !partial_.empty() || skipping_ || !lines_.empty(); }

 private:
  static void OnField(void* bytes, size_t size, void* self);
  static void OnRowEnd(int last, void* self);

  void ReadLine(std::string line);
  void Parse(const std::string& line);
  // Refuses the first line of the row that is open, and reads the others again.
  void RefuseFirstLine(const std::string& error);
  void RefuseLongLine();
  void Give();
  void Reset();

  const OnRow on_row_;
  csv_parser parser_;
  // What came of a line that is not at its end.
  std::string partial_;
  // The rest of the line is too much.
  bool skipping_ = false;
  // The lines of the row that is open, and their bytes.
  std::vector<std::string> lines_;
  size_t bytes_ = 0;
  int64_t first_line_ = 1;
  std::vector<std::string> fields_;
  size_t columns_ = 0;
  bool row_ended_ = false;
  int broken_rows_ = 0;
};

// `fields` as a line of CSV.
std::string CsvLine(const std::vector<std::string>& fields);

// `text`, which is in ISO-8859-1, in UTF-8.
std::string Utf8FromLatin1(absl::string_view text);

}  // namespace trellis::services
