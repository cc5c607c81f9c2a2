// Caseloads as text.
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string CountText(const v1::CaseloadCount& count) {
  return count.suppressed() ? "suppressed" : absl::StrCat(count.count());
}

// What is suppressed, in words: not every one is small.
constexpr char kSuppressed[] =
    "\nsuppressed: counts of 1 to 4, and those that would give them away\n";

}  // namespace

std::string CaseloadText(const v1::Caseload& caseload) {
  std::string text =
      AlignedTable({{"on", caseload.on()},
                    {"open plans", CountText(caseload.open_plans())},
                    {"paused", CountText(caseload.paused_plans())},
                    {"reviews overdue", CountText(caseload.overdue_reviews())},
                    {"reviews due within 7 days", CountText(caseload.reviews_due())},
                    {"without a signature", CountText(caseload.missing_signatures())},
                    {"with support not delivered", CountText(caseload.undelivered_support())}});
  if (!caseload.standards().empty()) {
    Rows rows = {{"STANDARD", "PLANS"}};
    for (const v1::StandardCaseload& standard : caseload.standards()) {
      rows.push_back({OneLine(standard.standard_code()), CountText(standard.plans())});
    }
    absl::StrAppend(&text, "\n", AlignedTable(rows));
  }
  if (!caseload.schools().empty()) {
    Rows rows = {{"SCHOOL", "OPEN PLANS", "REVIEWS OVERDUE"}};
    for (const v1::SchoolCaseload& school : caseload.schools()) {
      rows.push_back({OneLine(school.school()), CountText(school.open_plans()),
                      CountText(school.overdue_reviews())});
    }
    absl::StrAppend(&text, "\n", AlignedTable(rows));
  }
  return caseload.aggregate_only() ? absl::StrCat(text, kSuppressed) : text;
}

}  // namespace trellis::cli
