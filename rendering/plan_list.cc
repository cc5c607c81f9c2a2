#include "rendering/plan_list.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendering/html.h"
#include "rendering/words.h"

namespace trellis::rendering {
namespace {

std::string Standards(const v1::SupportPlanSummary& plan) {
  return plan.open_standard_codes().empty() ? "none open"
                                            : absl::StrJoin(plan.open_standard_codes(), ", ");
}

std::string NextReview(const v1::SupportPlanSummary& plan) {
  if (plan.next_review_on().empty()) return "none planned";
  return absl::StrCat(DateInWords(plan.next_review_on()),
                      plan.review_overdue() ? " (OVERDUE)" : "");
}

std::string Awaited(const v1::SupportPlanSummary& plan) {
  std::vector<std::string> capacities;
  for (const int capacity : plan.awaiting_signatures()) {
    capacities.push_back(EnumInWords(static_cast<v1::Capacity>(capacity)));
  }
  return capacities.empty() ? "none" : JoinWithAnd(capacities);
}

void AppendCell(absl::string_view text, std::string& out) {
  absl::StrAppend(&out, "<td>", EscapeHtml(text), "</td>");
}

void AppendPlan(const v1::SupportPlanSummary& plan, std::string& out) {
  const bool erased = plan.state() == v1::SupportPlan::ERASED;
  absl::StrAppend(&out, "<tr><th scope=\"row\"><a href=\"/", EscapeHtml(plan.name()), "\">",
                  EscapeHtml(erased ? plan.name() : plan.ect().name()), "</a></th>");
  if (erased) {
    // Whose it was went with the rest, and what is open or awaited with it.
    out += "<td colspan=\"5\">erased: what was recorded in it cannot be read any more</td></tr>\n";
    return;
  }
  AppendCell(plan.school().name(), out);
  AppendCell(EnumInWords(plan.state()), out);
  AppendCell(Standards(plan), out);
  AppendCell(NextReview(plan), out);
  AppendCell(Awaited(plan), out);
  out += "</tr>\n";
}

}  // namespace

std::string PlanListAsHtml(const v1::ListSupportPlansResponse& plans) {
  std::string out = PageHead("Support plans");
  absl::StrAppend(&out, "<h1>Support plans</h1>\n<p class=\"for\">",
                  Count(plans.support_plans_size(), "plan"),
                  plans.next_page_token().empty() ? "" : " shown; there are more", "</p>\n");
  out +=
      "<div class=\"scroll\" role=\"region\" aria-label=\"Support plans\" tabindex=\"0\">\n"
      "<table>\n<thead><tr><th scope=\"col\">ECT</th><th scope=\"col\">School</th>"
      "<th scope=\"col\">State</th><th scope=\"col\">Standards causing concern</th>"
      "<th scope=\"col\">Next review</th><th scope=\"col\">Signatures awaited</th></tr></thead>\n"
      "<tbody>\n";
  for (const v1::SupportPlanSummary& plan : plans.support_plans()) AppendPlan(plan, out);
  out += "</tbody>\n</table>\n</div>\n";
  return out + PageFoot();
}

}  // namespace trellis::rendering
