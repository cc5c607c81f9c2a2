#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendering/display.h"
#include "rendering/form.h"
#include "rendering/form_rows.h"

namespace trellis::rendering {
namespace {

using Lines = std::vector<std::string>;

// Below this the seven columns have under 14 characters each, and most words would be broken.
constexpr int kSideBySideWidthMin = 120;
// How the columns share the width, in parts: targets and outcomes carry most of the words.
constexpr int kWeights[kFormColumns] = {20, 25, 22, 13, 16, 18, 21};

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

// A table of cells with a line around each; the text is wrapped into its column.
class Table {
 public:
  // Shares `width` columns of the screen between columns of the table by `weights`.
  Table(int width, const std::vector<int>& weights) {
    const int count = static_cast<int>(weights.size());
    // Each column has a line on its left and a space on either side; the table one line more.
    const int room = width - 3 * count - 1;
    const int total = std::accumulate(weights.begin(), weights.end(), 0);
    for (const int weight : weights) widths_.push_back(room * weight / total);
    int rest = room - std::accumulate(widths_.begin(), widths_.end(), 0);
    for (size_t i = 0; rest > 0; --rest, i = (i + 1) % widths_.size()) ++widths_[i];
  }

  // Adds a row; each cell holds paragraphs.
  void AddRow(const std::vector<Lines>& cells) {
    std::vector<Lines> wrapped;
    for (size_t i = 0; i < cells.size(); ++i) wrapped.push_back(WrapCell(cells[i], widths_[i]));
    rows_.push_back(std::move(wrapped));
  }

  // Adds a row whose cells after the first hold several lines of cells, which stand side by side
  // with a thin line between them: those in `lines`, then `after` beside all of them.
  void AddRow(const Lines& first, const std::vector<std::vector<Lines>>& lines,
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

  // The table; with headings, the first row stands above a double line.
  std::string ToText(bool headings) const {
    std::string text = RuleToText(kTop);
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (i > 0) text += RuleToText(headings && i == 1 ? kBelowHeadings : kBetween);
      text += RowToText(rows_[i]);
    }
    return text + RuleToText(kBottom);
  }

 private:
  std::string RuleToText(const Rule& rule) const {
    const std::string cells = absl::StrJoin(widths_, rule.cross, [&](std::string* out, int width) {
      *out += Repeat(rule.line, width + 2);
    });
    return absl::StrCat(rule.left, cells, rule.right, "\n");
  }

  static Lines WrapCell(const Lines& paragraphs, int width) {
    Lines wrapped;
    for (const std::string& paragraph : paragraphs) {
      const Lines lines = Wrap(paragraph, width);
      wrapped.insert(wrapped.end(), lines.begin(), lines.end());
    }
    return wrapped;
  }

  std::string RowToText(const std::vector<Lines>& cells) const {
    size_t height = 1;
    for (const Lines& cell : cells) height = std::max(height, cell.size());
    std::string text;
    for (size_t line = 0; line < height; ++line) {
      for (size_t i = 0; i < cells.size(); ++i) {
        const bool empty = line >= cells[i].size();
        absl::StrAppend(&text, "│ ", PadRight(empty ? "" : cells[i][line], widths_[i]), " ");
      }
      text += "│\n";
    }
    return text;
  }

  std::vector<int> widths_;
  // Cells as lines that fit their columns.
  std::vector<std::vector<Lines>> rows_;
};

std::string DetailToText(const Detail& detail) {
  return detail.label.empty() ? detail.value : absl::StrCat(detail.label, ": ", detail.value);
}

// An item as paragraphs, without a blank line after it.
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

// All concerns in one table under the seven headings.
std::string SideBySide(const Form& form, int width) {
  Table table(width, {std::begin(kWeights), std::end(kWeights)});
  std::vector<Lines> headings;
  for (const char* heading : kFormHeadings) headings.push_back({heading});
  table.AddRow(headings);
  for (const FormRow& row : form.rows) {
    std::vector<std::vector<Lines>> lines;
    for (const FormLine& line : row.lines) {
      std::vector<Lines>& cells = lines.emplace_back();
      for (const std::vector<Item>& cell : line.cells) {
        // That a target has no support is worth saying; that the rest has no target is not.
        const bool blank = cell.empty() && line.target_id.empty() && row.lines.size() > 1;
        cells.push_back(blank ? Lines() : CellToLines(cell));
      }
    }
    table.AddRow(ItemToLines(row.concern), lines,
                 {CellToLines(row.reviews), CellToLines(row.outcomes)});
  }
  return table.ToText(/*headings=*/true);
}

// A table for each concern, with the headings down its side.
std::string OneByOne(const Form& form, int width) {
  std::string text;
  for (const FormRow& row : form.rows) {
    Table table(width, {1, 3});
    std::array<std::vector<Item>, kFormColumns> cells;
    cells.front() = {row.concern};
    for (const FormLine& line : row.lines) {
      for (size_t i = 0; i < line.cells.size(); ++i) {
        std::vector<Item>& cell = cells[i + 1];
        cell.insert(cell.end(), line.cells[i].begin(), line.cells[i].end());
      }
    }
    cells[kFormColumns - 2] = row.reviews;
    cells[kFormColumns - 1] = row.outcomes;
    for (size_t i = 0; i < kFormColumns; ++i) {
      table.AddRow({{kFormHeadings[i]}, CellToLines(cells[i])});
    }
    absl::StrAppend(&text, text.empty() ? "" : "\n", table.ToText(/*headings=*/false));
  }
  return text;
}

// Appends `text`, wrapped, with `indent` spaces before every line but the first.
void AppendWrapped(absl::string_view text, int width, int indent, std::string& out) {
  bool first = true;
  for (const std::string& line : Wrap(text, width - indent)) {
    absl::StrAppend(&out, first ? "" : Repeat(" ", indent), line, "\n");
    first = false;
  }
}

void AppendFacts(const Form& form, int width, std::string& out) {
  int labels = 0;
  for (const Detail& fact : form.facts) labels = std::max(labels, DisplayWidth(fact.label) + 3);
  for (const Detail& fact : form.facts) {
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

std::string SignOffToText(const std::vector<SignOffLine>& sign_off, absl::string_view answered,
                          int width) {
  Table table(width, {3, 4, 2});
  for (const SignOffLine& line : sign_off) {
    Lines subject = {absl::StrCat(line.label, ":")};
    if (!line.name.empty()) subject.push_back(line.name);
    Lines answer = {absl::StrCat(answered, line.answer.words, line.statement.empty() ? "" : ": ",
                                 line.statement)};
    for (const std::string& remark : {line.given_on, line.outdated}) {
      if (!remark.empty()) answer.push_back(remark);
    }
    table.AddRow({subject, answer, {absl::StrCat("Date: ", line.date)}});
  }
  return table.ToText(/*headings=*/false);
}

}  // namespace

std::string FormAsText(const v1::SupportPlan& plan, const FormContext& context, int width) {
  width = std::clamp(width, kFormWidthMin, kFormWidthMax);
  const Form form = BuildForm(plan, context);
  std::string out = absl::StrCat(kFormTitle, "\n");
  AppendWrapped(absl::StrCat("for ECT: ", form.ect_name), width, 0, out);
  out += "\n";
  AppendFacts(form, width, out);
  out += "\n";
  for (const Status& notice : form.notices) {
    out += "! ";
    AppendWrapped(notice.words, width, 2, out);
  }
  if (!form.notices.empty()) out += "\n";
  out += width < kSideBySideWidthMin ? OneByOne(form, width) : SideBySide(form, width);
  AppendItems("Observations", form.observations, width, out);
  AppendItems("The ECT’s comments", form.comments, width, out);
  AppendHeading("Discussed and agreed with ECT", out);
  out += SignOffToText(form.signatures, "Signed: ", width);
  AppendHeading("Confirmed by the appropriate body", out);
  out += SignOffToText(form.confirmations, "", width);
  AppendHeading("Please note", out);
  for (const std::string& paragraph : form.note) AppendWrapped(paragraph, width, 0, out);
  out += "\n";
  AppendWrapped(form.foot, width, 0, out);
  return out;
}

}  // namespace trellis::rendering
