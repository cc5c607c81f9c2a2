// One row of an import, by the names of its columns, and the values in it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/error.h"

namespace trellis::services {

// The header of a file. Columns are told by their names, whatever their order and case.
class ImportHeader {
 public:
  explicit ImportHeader(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  // Where the column is; nothing if there is none, or more than one.
  std::optional<size_t> Find(absl::string_view column) const;
  bool HasTwice(absl::string_view column) const;

 private:
  std::vector<std::string> names_;
  // By the name in lower case: the index, and how often it is there.
  std::map<std::string, std::pair<size_t, int>> places_;
};

struct ImportRow {
  std::shared_ptr<const ImportHeader> header;
  int64_t line = 0;
  // In UTF-8, as many as the header has.
  std::vector<std::string> fields;

  // The value without blanks around it; empty if there is no such column.
  std::string Get(absl::string_view column) const;
};

// Reads values of a row and notes what is wrong with them.
class ImportValues {
 public:
  explicit ImportValues(const ImportRow& row) : row_(row) {}

  // Each sets `value` to what the column says, in the form of the contract; leaves it as it is if
  // the file has no such column.
  void Text(absl::string_view column, std::string* value) const;
  // A date, day first (31-08-2020 or 31/08/2020) or as 2020-08-31.
  void Date(absl::string_view column, std::string* value);
  void Wrong(absl::string_view column, absl::string_view want);

  // OK, or INVALID_ARGUMENT with everything that was wrong.
  absl::Status status() const;

 private:
  const ImportRow& row_;
  std::vector<FieldViolation> violations_;
};

// The beginning of `text`, which is UTF-8, for an error: at most `size` bytes, no half character.
std::string Shown(const std::string& text, size_t size);

// What is wrong with a row in one line: all violations where the error has some.
std::string RowErrorText(const absl::Status& error);

}  // namespace trellis::services
