#include "absl/strings/str_cat.h"
#include "rendering/action_plan_form.h"
#include "rendering/action_plan_rows.h"
#include "rendering/erased_form.h"
#include "rendering/html.h"
#include "rendering/item_html.h"

namespace trellis::rendering {
namespace {

void AppendTable(const ActionPlanPage& page, std::string& out) {
  out +=
      "<h2 id=\"plan\">Targets and action steps</h2>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Targets and action steps\" "
      "tabindex=\"0\">\n<table class=\"plan\">\n"
      "<caption><span>There is a row for each target. The letter before a number says what it "
      "numbers: t a target, s an action step, r a review.</span></caption>\n"
      "<thead><tr>";
  for (const ColumnHead& head : page.columns) {
    absl::StrAppend(&out, "<th scope=\"col\"><p>", EscapeHtml(head.heading), "</p>");
    if (!head.prompt.empty()) {
      absl::StrAppend(&out, "<p class=\"remark\">", EscapeHtml(head.prompt), "</p>");
    }
    out += "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const ActionPlanRow& row : page.rows) {
    out += "<tr>\n";
    for (const std::vector<Item>& cell : row) {
      out += "<td>";
      AppendItems(cell, /*lead=*/false, out);
      out += "</td>\n";
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n</div>\n";
}

}  // namespace

std::string ActionPlanAsHtml(const v1::ActionPlan& plan, const FormContext& context) {
  if (plan.state() == v1::ActionPlan::ERASED) {
    return ErasedFormAsHtml(BuildErasedForm(kActionPlanTitle, plan, context));
  }
  const ActionPlanPage page = BuildActionPlanPage(plan, context);
  std::string out = PageHead(absl::StrCat(kActionPlanTitle, " – ", page.ect_name));
  absl::StrAppend(&out, "<h1>", kActionPlanTitle, "</h1>\n<p class=\"for\">for ECT: <strong>",
                  EscapeHtml(page.ect_name), "</strong></p>\n");
  AppendFacts(page.facts, page.notices, out);
  if (!page.document.empty()) AppendSection("Planned in", page.document, out);
  if (!page.rows.empty()) {
    AppendTable(page, out);
  } else if (!page.columns.empty()) {
    out += "<p class=\"none\">No target has been set yet.</p>\n";
  }
  AppendSection("Reviews", page.reviews, out);
  if (!page.links.empty()) AppendSection("Support plans linked", page.links, out);
  absl::StrAppend(&out, "<footer><p>", EscapeHtml(page.foot), "</p></footer>\n", PageFoot());
  return out;
}

}  // namespace trellis::rendering
