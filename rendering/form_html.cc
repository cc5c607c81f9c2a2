#include "absl/strings/str_cat.h"
#include "rendering/erased_form.h"
#include "rendering/form.h"
#include "rendering/form_rows.h"
#include "rendering/html.h"
#include "rendering/item_html.h"

namespace trellis::rendering {
namespace {

void AppendHead(const Form& form, std::string& out) {
  absl::StrAppend(&out, PageHead(absl::StrCat(kFormTitle, " – ", form.ect_name)), "<h1>",
                  kFormTitle, "</h1>\n<p class=\"for\">for ECT: <strong>",
                  EscapeHtml(form.ect_name), "</strong></p>\n");
}

void AppendCell(const std::vector<Item>& items, size_t rows, std::string& out) {
  out += rows > 1 ? absl::StrCat("<td rowspan=\"", rows, "\">") : "<td>";
  AppendItems(items, /*lead=*/false, out);
  out += "</td>\n";
}

// A concern is a group of rows, one for each target; what belongs to the whole concern spans them.
void AppendConcern(const FormRow& row, std::string& out) {
  const size_t lines = row.lines.size();
  out += "<tbody>\n";
  for (size_t i = 0; i < lines; ++i) {
    out += "<tr>\n";
    if (i == 0) {
      absl::StrAppend(&out, "<th scope=\"rowgroup\" rowspan=\"", lines, "\">");
      AppendItems({row.concern}, /*lead=*/true, out);
      out += "</th>\n";
    }
    for (const std::vector<Item>& cell : row.lines[i].cells) {
      // That a target has no support is worth saying; that the rest has no target is not.
      const bool blank = cell.empty() && row.lines[i].target_id.empty() && lines > 1;
      if (blank) {
        out += "<td></td>\n";
      } else {
        AppendCell(cell, 1, out);
      }
    }
    if (i == 0) {
      AppendCell(row.reviews, lines, out);
      AppendCell(row.outcomes, lines, out);
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n";
}

void AppendTable(const Form& form, std::string& out) {
  out +=
      "<h2 id=\"plan\">Areas of concern, targets and support</h2>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Areas of concern, targets and support\" "
      "tabindex=\"0\">\n<table class=\"plan\">\n"
      "<caption><span>Beside each area of concern there is a row for each target. The letter "
      "before a number says what it "
      "numbers: "
      "c a concern, t a target, a an action, s support, r a review, u an "
      "outcome.</span></caption>\n"
      "<colgroup><col><col><col><col><col><col><col></colgroup>\n"
      "<thead><tr>";
  for (const char* heading : kFormHeadings) {
    absl::StrAppend(&out, "<th scope=\"col\">", heading, "</th>");
  }
  out += "</tr></thead>\n";
  for (const FormRow& row : form.rows) AppendConcern(row, out);
  out += "</table>\n</div>\n";
}

// The sign-off as on paper: each cell says what it holds, so the table needs no headings above.
void AppendSignOff(absl::string_view heading, absl::string_view answered,
                   const std::vector<SignOffLine>& lines, std::string& out) {
  absl::StrAppend(&out, "<section class=\"sign-off\">\n<h2>", heading,
                  "</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"", heading,
                  "\" tabindex=\"0\">\n<table class=\"sign\">\n<tbody>\n");
  for (const SignOffLine& line : lines) {
    absl::StrAppend(&out, "<tr><th scope=\"row\"><span class=\"label\">", EscapeHtml(line.label),
                    ":</span> ", EscapeHtml(line.name), "</th><td><p><span class=\"label\">",
                    answered, "</span> <strong class=\"answer", ToneClass(line.answer.tone), "\">",
                    EscapeHtml(line.answer.words), line.statement.empty() ? "" : ":", "</strong> ",
                    EscapeHtml(line.statement), "</p>");
    if (!line.given_on.empty()) absl::StrAppend(&out, "<p>", EscapeHtml(line.given_on), "</p>");
    if (!line.outdated.empty()) {
      absl::StrAppend(&out, "<p class=\"outdated\">", EscapeHtml(line.outdated), "</p>");
    }
    absl::StrAppend(&out, "</td><td><span class=\"label\">Date:</span> ", EscapeHtml(line.date),
                    "</td></tr>\n");
  }
  out += "</tbody>\n</table>\n</div>\n</section>\n";
}

}  // namespace

std::string FormAsHtml(const v1::SupportPlan& plan, const FormContext& context) {
  if (plan.state() == v1::SupportPlan::ERASED) {
    return ErasedFormAsHtml(BuildErasedForm(kFormTitle, plan, context));
  }
  const Form form = BuildForm(plan, context);
  std::string out;
  AppendHead(form, out);
  AppendFacts(form.facts, form.notices, out);
  AppendTable(form, out);
  AppendSection("Observations", form.observations, out);
  AppendSection("The ECT’s comments", form.comments, out);
  AppendSignOff("Discussed and agreed with ECT", "Signed:", form.signatures, out);
  AppendSignOff("Confirmed by the appropriate body", "", form.confirmations, out);
  out += "<section class=\"note\">\n<h2>Please note</h2>\n";
  for (const std::string& paragraph : form.note) {
    absl::StrAppend(&out, "<p>", EscapeHtml(paragraph), "</p>\n");
  }
  absl::StrAppend(&out, "</section>\n<footer><p>", EscapeHtml(form.foot), "</p></footer>\n",
                  PageFoot());
  return out;
}

}  // namespace trellis::rendering
