#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rendering/action_plan_form.h"
#include "rendering/action_plan_rows.h"
#include "rendering/erased_form.h"
#include "rendering/text_table.h"

namespace trellis::rendering {
namespace {

// Below this most words of a column would be broken.
constexpr int kColumnWidthMin = 17;

Lines HeadToLines(const ColumnHead& head) {
  Lines lines = {head.heading};
  if (!head.prompt.empty()) lines.push_back(head.prompt);
  return lines;
}

// All targets in one table under the format's headings.
std::string SideBySide(const ActionPlanPage& page, int width) {
  TextTable table(width, std::vector<int>(page.columns.size(), 1));
  std::vector<Lines> headings;
  for (const ColumnHead& head : page.columns) headings.push_back(HeadToLines(head));
  table.AddRow(headings);
  for (const ActionPlanRow& row : page.rows) {
    std::vector<Lines> cells;
    for (const std::vector<Item>& cell : row) cells.push_back(CellToLines(cell));
    table.AddRow(cells);
  }
  return table.ToText(/*headings=*/true);
}

// A table for each target, with the headings down its side.
std::string OneByOne(const ActionPlanPage& page, int width) {
  std::string text;
  for (const ActionPlanRow& row : page.rows) {
    TextTable table(width, {1, 3});
    for (size_t i = 0; i < row.size(); ++i) {
      table.AddRow({HeadToLines(page.columns[i]), CellToLines(row[i])});
    }
    absl::StrAppend(&text, text.empty() ? "" : "\n", table.ToText(/*headings=*/false));
  }
  return text;
}

}  // namespace

std::string ActionPlanAsText(const v1::ActionPlan& plan, const FormContext& context, int width) {
  width = std::clamp(width, kFormWidthMin, kFormWidthMax);
  if (plan.state() == v1::ActionPlan::ERASED) {
    return ErasedFormAsText(BuildErasedForm(kActionPlanTitle, plan, context), width);
  }
  const ActionPlanPage page = BuildActionPlanPage(plan, context);
  std::string out = absl::StrCat(kActionPlanTitle, "\n");
  AppendWrapped(absl::StrCat("for ECT: ", page.ect_name), width, 0, out);
  out += "\n";
  AppendFacts(page.facts, width, out);
  for (const Status& notice : page.notices) {
    out += "\n! ";
    AppendWrapped(notice.words, width, 2, out);
  }
  if (!page.document.empty()) AppendItems("Planned in", page.document, width, out);
  if (!page.columns.empty()) {
    out += "\n";
    if (page.rows.empty()) {
      out += "No target has been set yet.\n";
    } else {
      const bool narrow = width / static_cast<int>(page.columns.size()) < kColumnWidthMin;
      out += narrow ? OneByOne(page, width) : SideBySide(page, width);
    }
  }
  AppendItems("Reviews", page.reviews, width, out);
  if (!page.links.empty()) AppendItems("Support plans linked", page.links, width, out);
  out += "\n";
  AppendWrapped(page.foot, width, 0, out);
  return out;
}

}  // namespace trellis::rendering
