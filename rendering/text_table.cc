#include "rendering/text_table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendering/display.h"

namespace trellis::rendering {
namespace {

std::string Repeat(absl::string_view text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

// The corners and crossings of one horizontal line of a table.
struct Rule {
  absl::string_view left, line, cross, right;
};
constexpr Rule kTop = {"┌", "─", "┬", "┐"};
constexpr Rule kBelowHeadings = {"╞", "═", "╪", "╡"};
constexpr Rule kBetween = {"├", "─", "┼", "┤"};
constexpr Rule kBottom = {"└", "─", "┴", "┘"};

Lines WrapCell(const Lines& paragraphs, int width) {
  Lines wrapped;
  for (const std::string& paragraph : paragraphs) {
    const Lines lines = Wrap(paragraph, width);
    wrapped.insert(wrapped.end(), lines.begin(), lines.end());
  }
  return wrapped;
}

std::string RuleToText(const Rule& rule, const std::vector<int>& widths) {
  const std::string cells = absl::StrJoin(widths, rule.cross, [&](std::string* out, int width) {
    *out += Repeat(rule.line, width + 2);
  });
  return absl::StrCat(rule.left, cells, rule.right, "\n");
}

std::string RowToText(const std::vector<Lines>& cells, const std::vector<int>& widths) {
  size_t height = 1;
  for (const Lines& cell : cells) height = std::max(height, cell.size());
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const bool empty = line >= cells[i].size();
      absl::StrAppend(&text, "│ ", PadRight(empty ? "" : cells[i][line], widths[i]), " ");
    }
    text += "│\n";
  }
  return text;
}

std::string DetailToText(const Detail& detail) {
  return detail.label.empty() ? detail.value : absl::StrCat(detail.label, ": ", detail.value);
}

}  // namespace

TextTable::TextTable(int width, const std::vector<int>& weights) {
  const int count = static_cast<int>(weights.size());
  // Each column has a line on its left and a space on either side; the table one line more.
  const int room = width - 3 * count - 1;
  const int total = std::accumulate(weights.begin(), weights.end(), 0);
  for (const int weight : weights) widths_.push_back(room * weight / total);
  int rest = room - std::accumulate(widths_.begin(), widths_.end(), 0);
  for (size_t i = 0; rest > 0; --rest, i = (i + 1) % widths_.size()) ++widths_[i];
}

void TextTable::AddRow(const std::vector<Lines>& cells) {
  std::vector<Lines> wrapped;
  for (size_t i = 0; i < cells.size(); ++i) wrapped.push_back(WrapCell(cells[i], widths_[i]));
  rows_.push_back(std::move(wrapped));
}

void TextTable::AddRow(const Lines& first, const std::vector<std::vector<Lines>>& lines,
                       const std::vector<Lines>& after) {
  std::vector<Lines> wrapped = {WrapCell(first, widths_[0])};
  wrapped.resize(1 + lines.front().size());
  for (size_t line = 0; line < lines.size(); ++line) {
    size_t height = 0;
    for (size_t i = 0; i < lines[line].size(); ++i) {
      Lines& cell = wrapped[i + 1];
      if (line > 0) cell.push_back(Repeat("╌", widths_[i + 1]));
      const Lines more = WrapCell(lines[line][i], widths_[i + 1]);
      cell.insert(cell.end(), more.begin(), more.end());
      height = std::max(height, cell.size());
    }
    for (size_t i = 1; i < wrapped.size(); ++i) wrapped[i].resize(height);
  }
  for (const Lines& cell : after) wrapped.push_back(WrapCell(cell, widths_[wrapped.size()]));
  rows_.push_back(std::move(wrapped));
}

std::string TextTable::ToText(bool headings) const {
  std::string text = RuleToText(kTop, widths_);
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (i > 0) text += RuleToText(headings && i == 1 ? kBelowHeadings : kBetween, widths_);
    text += RowToText(rows_[i], widths_);
  }
  return text + RuleToText(kBottom, widths_);
}

Lines ItemToLines(const Item& item) {
  const std::string id = item.id.empty() ? "" : absl::StrCat(item.id, "  ");
  const std::string struck = item.struck.empty() ? "" : absl::StrCat("[", item.struck, "] ");
  Lines lines = {absl::StrCat(id, struck, item.text)};
  const std::string statuses = absl::StrJoin(
      item.statuses, ", ",
      [](std::string* out, const Status& status) { absl::StrAppend(out, status.words); });
  if (!statuses.empty()) lines.push_back(absl::StrCat("→ ", statuses));
  for (const Detail& detail : item.details) lines.push_back(DetailToText(detail));
  return lines;
}

Lines CellToLines(const std::vector<Item>& items) {
  if (items.empty()) return {"none"};
  Lines lines;
  for (const Item& item : items) {
    if (!lines.empty()) lines.emplace_back();
    const Lines more = ItemToLines(item);
    lines.insert(lines.end(), more.begin(), more.end());
  }
  return lines;
}

void AppendWrapped(absl::string_view text, int width, int indent, std::string& out) {
  bool first = true;
  for (const std::string& line : Wrap(text, width - indent)) {
    absl::StrAppend(&out, first ? "" : Repeat(" ", indent), line, "\n");
    first = false;
  }
}

void AppendFacts(const std::vector<Detail>& facts, int width, std::string& out) {
  int labels = 0;
  for (const Detail& fact : facts) labels = std::max(labels, DisplayWidth(fact.label) + 3);
  for (const Detail& fact : facts) {
    out += PadRight(absl::StrCat(fact.label, ":"), labels);
    AppendWrapped(fact.value, width, labels, out);
  }
}

void AppendHeading(absl::string_view heading, std::string& out) {
  absl::StrAppend(&out, "\n", heading, "\n", Repeat("─", DisplayWidth(heading)), "\n");
}

void AppendItems(absl::string_view heading, const std::vector<Item>& items, int width,
                 std::string& out) {
  AppendHeading(heading, out);
  if (items.empty()) out += "none\n";
  for (const Item& item : items) {
    const Lines lines = ItemToLines(item);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out += "    ";
      AppendWrapped(lines[i], width, 4, out);
    }
  }
}

}  // namespace trellis::rendering
