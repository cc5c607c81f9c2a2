#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rendering/erased_form.h"
#include "rendering/form.h"
#include "rendering/form_rows.h"
#include "rendering/text_table.h"

namespace trellis::rendering {
namespace {

// Below this the seven columns have under 14 characters each, and most words would be broken.
constexpr int kSideBySideWidthMin = 120;
// How the columns share the width, in parts: targets and outcomes carry most of the words.
constexpr int kWeights[kFormColumns] = {20, 25, 22, 13, 16, 18, 21};

// All concerns in one table under the seven headings.
std::string SideBySide(const Form& form, int width) {
  TextTable table(width, {std::begin(kWeights), std::end(kWeights)});
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
    TextTable table(width, {1, 3});
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

std::string SignOffToText(const std::vector<SignOffLine>& sign_off, absl::string_view answered,
                          int width) {
  TextTable table(width, {3, 4, 2});
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
  if (plan.state() == v1::SupportPlan::ERASED) {
    return ErasedFormAsText(BuildErasedForm(kFormTitle, plan, context), width);
  }
  const Form form = BuildForm(plan, context);
  std::string out = absl::StrCat(kFormTitle, "\n");
  AppendWrapped(absl::StrCat("for ECT: ", form.ect_name), width, 0, out);
  out += "\n";
  AppendFacts(form.facts, width, out);
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
