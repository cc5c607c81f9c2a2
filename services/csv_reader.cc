#include "services/csv_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"

namespace trellis::services {
namespace {

// What a line that is shown in an error holds at most.
constexpr size_t kShownBytes = 4096;

// Only LF ends a row: a CR before it is blank, and one in a field is part of it.
int IsLineEnd(unsigned char c) { return c == '\n' ? 1 : 0; }
int IsBlank(unsigned char c) { return c == ' ' || c == '\t' || c == '\r' ? 1 : 0; }

}  // namespace

CsvReader::CsvReader(OnRow on_row) : on_row_(std::move(on_row)) { Reset(); }
CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::Reset() {
  CHECK(csv_init(&parser_, CSV_STRICT) == 0);
  csv_set_term_func(&parser_, IsLineEnd);
  csv_set_space_func(&parser_, IsBlank);
}

absl::Status CsvReader::Read(absl::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const bool whole = end != absl::string_view::npos;
    const absl::string_view part = bytes.substr(0, whole ? end + 1 : bytes.size());
    bytes.remove_prefix(part.size());
    if (!skipping_) partial_.append(part.data(), part.size());
    if (partial_.size() > kCsvRowBytesMax) {
      skipping_ = true;
      partial_.clear();
    }
    if (!whole) continue;
    if (std::exchange(skipping_, false)) {
      RefuseLongLine();
    } else {
      ReadLine(std::exchange(partial_, ""));
    }
    if (broken_rows_ < kCsvBrokenRowsMax) continue;
    return Error(absl::StatusCode::kInvalidArgument, "CSV_BROKEN",
                 absl::StrCat("line ", first_line_, ": ", broken_rows_,
                              " rows up to here have broken quotes, want a CSV file (RFC 4180)"),
                 {{"line", absl::StrCat(first_line_)}});
  }
  return absl::OkStatus();
}

absl::Status CsvReader::End() {
  // A last line without an end is a line.
  if (!partial_.empty() || skipping_) {
    if (absl::Status status = Read("\n"); !status.ok()) return status;
  }
  while (!lines_.empty()) RefuseFirstLine("a quote that begins on this line is never closed");
  return absl::OkStatus();
}

void CsvReader::ReadLine(std::string line) {
  if (lines_.empty() && absl::StripAsciiWhitespace(line).empty() &&
      line.find('\0') == std::string::npos) {
    ++first_line_;
    return;
  }
  Parse(line);
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  if (csv_error(&parser_) != CSV_SUCCESS) {
    return RefuseFirstLine("its quotes make no sense, want \"a \"\"word\"\" in quotes\"");
  }
  if (row_ended_) return Give();
  if (bytes_ > kCsvRowBytesMax) {
    RefuseFirstLine(absl::StrCat("a quote that begins on this line is not closed within ",
                                 kCsvRowBytesMax, " bytes"));
  }
}

void CsvReader::Parse(const std::string& line) {
  csv_parse(&parser_, line.data(), line.size(), OnField, OnRowEnd, this);
}

void CsvReader::OnField(void* bytes, size_t size, void* self) {
  auto& reader = *static_cast<CsvReader*>(self);
  if (++reader.columns_ > kCsvColumnsMax) return;
  reader.fields_.emplace_back(size == 0 ? "" : static_cast<const char*>(bytes), size);
}

void CsvReader::OnRowEnd(int, void* self) { static_cast<CsvReader*>(self)->row_ended_ = true; }

void CsvReader::Give() {
  CsvRow row{.line = first_line_, .fields = std::move(fields_), .error = ""};
  for (const std::string& line : lines_) {
    if (line.find('\0') != std::string::npos) row.error = "has a byte of zero, want text";
  }
  if (columns_ > kCsvColumnsMax) {
    row.error = absl::StrCat("got ", columns_, " columns, want at most ", kCsvColumnsMax);
    row.fields.clear();
  }
  first_line_ += static_cast<int64_t>(lines_.size());
  lines_.clear();
  bytes_ = 0;
  fields_.clear();
  columns_ = 0;
  row_ended_ = false;
  on_row_(std::move(row));
}

void CsvReader::RefuseFirstLine(const std::string& error) {
  ++broken_rows_;
  csv_free(&parser_);
  Reset();
  std::vector<std::string> lines = std::exchange(lines_, {});
  fields_ = {std::string(
      absl::StripTrailingAsciiWhitespace(absl::string_view(lines.front()).substr(0, kShownBytes)))};
  CsvRow row{.line = first_line_++, .fields = std::exchange(fields_, {}), .error = error};
  bytes_ = 0;
  columns_ = 0;
  row_ended_ = false;
  on_row_(std::move(row));
  for (size_t i = 1; i < lines.size(); ++i) ReadLine(std::move(lines[i]));
}

void CsvReader::RefuseLongLine() {
  while (!lines_.empty()) RefuseFirstLine("a quote that begins on this line is not closed");
  on_row_({.line = first_line_++,
           .fields = {},
           .error = absl::StrCat("is longer than ", kCsvRowBytesMax, " bytes")});
}

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& field = fields[i];
    if (i > 0) line.push_back(',');
    const bool plain = field.find_first_of(",\"\r\n") == std::string::npos &&
                       absl::StripAsciiWhitespace(field).size() == field.size();
    if (plain) {
      line += field;
      continue;
    }
    std::string quoted(2 * field.size() + 2, '\0');
    quoted.resize(csv_write(quoted.data(), quoted.size(), field.data(), field.size()));
    line += quoted;
  }
  return line + "\r\n";
}

std::string Utf8FromLatin1(absl::string_view text) {
  std::string utf8;
  utf8.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8.push_back(c);
    } else {
      utf8.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      utf8.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return utf8;
}

}  // namespace trellis::services
