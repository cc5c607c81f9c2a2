// Bytes as a CSV file: however they are cut, the same rows; and a row that is written is read.
#include <vector>

#include "services/csv_reader.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {
namespace {

using services::CsvRow;

struct File {
  std::vector<CsvRow> rows;
  absl::Status status;
};

File ReadInParts(absl::string_view bytes, size_t part) {
  File file;
  services::CsvReader reader([&file](CsvRow row) { file.rows.push_back(std::move(row)); });
  for (size_t at = 0; at < bytes.size() && file.status.ok(); at += part) {
    file.status = reader.Read(bytes.substr(at, part));
  }
  if (file.status.ok()) {
    file.status = reader.End();
    if (file.status.ok()) CHECK(!reader.in_row());
  }
  return file;
}

void CheckRow(const CsvRow& row) {
  CHECK(row.fields.size() <= services::kCsvColumnsMax);
  if (!row.error.empty()) return;
  const File again = ReadInParts(services::CsvLine(row.fields), 1 << 20);
  CHECK(again.status.ok());
  // A row of one field that is empty is a blank line, which is passed over.
  const bool blank = row.fields.size() == 1 && row.fields[0].empty();
  CHECK(again.rows.size() == (blank ? 0 : 1));
  if (!blank) CHECK(again.rows[0].error.empty() && again.rows[0].fields == row.fields);
}

}  // namespace

void Try(absl::string_view bytes) {
  const File whole = ReadInParts(bytes, bytes.size() + 1);
  const File parts = ReadInParts(bytes, 3);
  CheckError(whole.status);
  CHECK(whole.status == parts.status && whole.rows.size() == parts.rows.size());
  int64_t last_line = 0;
  for (size_t i = 0; i < whole.rows.size(); ++i) {
    const CsvRow& row = whole.rows[i];
    CHECK(row.line > last_line);
    last_line = row.line;
    CHECK(row.fields == parts.rows[i].fields && row.line == parts.rows[i].line);
    CHECK(row.error == parts.rows[i].error);
    CheckRow(row);
  }
  CHECK(proofs::IsUtf8(services::Utf8FromLatin1(bytes)));
}

}  // namespace trellis::fuzz
