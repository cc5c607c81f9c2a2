// Plain text with box-drawing lines: tables whose text is wrapped into their columns, and items as
// paragraphs.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rendering/form_rows.h"

namespace trellis::rendering {

using Lines = std::vector<std::string>;

// A table of cells with a line around each.
class TextTable {
 public:
  // Shares `width` columns of the screen between columns of the table by `weights`.
  TextTable(int width, const std::vector<int>& weights);

  // Adds a row; each cell holds paragraphs.
  void AddRow(const std::vector<Lines>& cells);
  // Adds a row whose cells after the first hold several lines of cells, which stand side by side
  // with a thin line between them: those in `lines`, at least one, then `after` beside all of them.
  void AddRow(const Lines& first, const std::vector<std::vector<Lines>>& lines,
              const std::vector<Lines>& after);

  // The table; with headings, the first row stands above a double line.
  std::string ToText(bool headings) const;

 private:
  std::vector<int> widths_;
  // Cells as lines that fit their columns.
  std::vector<std::vector<Lines>> rows_;
};

// An item as paragraphs, without a blank line after it.
Lines ItemToLines(const Item& item);
// The items of a cell as paragraphs; "none" if there are none.
Lines CellToLines(const std::vector<Item>& items);

// Appends `text`, wrapped, with `indent` spaces before every line but the first.
void AppendWrapped(absl::string_view text, int width, int indent, std::string& out);
// Appends facts with their labels in one column.
void AppendFacts(const std::vector<Detail>& facts, int width, std::string& out);
// Appends a heading with a line below it.
void AppendHeading(absl::string_view heading, std::string& out);
// Appends a heading and the items below it; "none" if there are none.
void AppendItems(absl::string_view heading, const std::vector<Item>& items, int width,
                 std::string& out);

}  // namespace trellis::rendering
