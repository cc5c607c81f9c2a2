// Text laid out for a terminal.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace trellis::cli {

// Columns that `text` takes: its code points, as nearly all of what is written here is Latin.
size_t DisplayWidth(absl::string_view text);

// `text` with line breaks and control characters as spaces.
std::string OneLine(absl::string_view text);

// `text` without the control characters that would steer a terminal; tabs and line breaks stay, and
// each further line begins with `indent`.
std::string Indented(absl::string_view text, absl::string_view indent);

// `text` broken at spaces so that no line is wider than `width` where words allow, further lines
// beginning with `indent` spaces. The first is taken to stand at that column already.
std::string Wrapped(absl::string_view text, size_t indent, size_t width);

// Rows with their columns aligned, two spaces apart, one per line.
std::string AlignedTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace trellis::cli
