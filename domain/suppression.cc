#include "domain/suppression.h"

#include <initializer_list>

namespace trellis::domain {
namespace {

using v1::Caseload;
using v1::CaseloadCount;
using v1::SchoolCaseload;

constexpr int kGreatestSmall = kSmallestShown - 1;

void Hide(CaseloadCount* count) {
  count->set_count(0);
  count->set_suppressed(true);
}

bool IsSmall(const CaseloadCount& count) {
  return count.count() > 0 && count.count() < kSmallestShown;
}

// Hides the small ones of a school's counts, which `of` gives, and their total if it would tell
// too much. Returns how many schools' counts were hidden.
template <typename Of>
int HideSmall(Caseload& caseload, CaseloadCount* total, Of of) {
  int hidden = 0;
  int sum = 0;
  for (SchoolCaseload& school : *caseload.mutable_schools()) {
    CaseloadCount* const count = of(school);
    if (!IsSmall(*count)) continue;
    ++hidden;
    sum += count->count();
    Hide(count);
  }
  const bool tells =
      hidden > 0 && (hidden == 1 || sum <= hidden + 1 || sum >= kGreatestSmall * hidden - 1);
  if (IsSmall(*total) || tells) Hide(total);
  return hidden;
}

// True if so few more reviews could be overdue, in the schools that have a small count, that the
// totals of open plans and of overdue reviews would tell together which are.
bool NearlyAllOverdue(const Caseload& caseload) {
  int schools = 0;
  int room = 0;
  for (const SchoolCaseload& school : caseload.schools()) {
    if (!IsSmall(school.open_plans()) && !IsSmall(school.overdue_reviews())) continue;
    ++schools;
    // Whose open plans are shown has at most as many overdue as are suppressed.
    const int most = IsSmall(school.open_plans()) ? school.open_plans().count() : kGreatestSmall;
    room += most - school.overdue_reviews().count();
  }
  return schools > 0 && room <= schools + 1;
}

// True if one of `counts` was hidden; then all are.
bool HideTogether(std::initializer_list<CaseloadCount*> counts) {
  bool hide = false;
  for (const CaseloadCount* const count : counts) hide = hide || count->suppressed();
  if (!hide) return false;
  for (CaseloadCount* const count : counts) Hide(count);
  return true;
}

}  // namespace

void Suppress(Caseload& caseload) {
  caseload.set_aggregate_only(true);
  const bool nearly_all_overdue = NearlyAllOverdue(caseload);
  HideSmall(caseload, caseload.mutable_open_plans(),
            [](SchoolCaseload& school) { return school.mutable_open_plans(); });
  const int hidden_overdue =
      HideSmall(caseload, caseload.mutable_overdue_reviews(),
                [](SchoolCaseload& school) { return school.mutable_overdue_reviews(); });
  if (nearly_all_overdue) Hide(caseload.mutable_overdue_reviews());
  for (CaseloadCount* const count :
       {caseload.mutable_paused_plans(), caseload.mutable_reviews_due(),
        caseload.mutable_missing_signatures(), caseload.mutable_undelivered_support()}) {
    if (IsSmall(*count) || caseload.open_plans().suppressed()) Hide(count);
  }
  for (v1::StandardCaseload& standard : *caseload.mutable_standards()) {
    if (IsSmall(standard.plans())) Hide(standard.mutable_plans());
  }
  if (caseload.open_plans().suppressed()) caseload.clear_standards();
  const bool shares_hidden =
      HideTogether({caseload.mutable_paused_plans(), caseload.mutable_overdue_reviews(),
                    caseload.mutable_reviews_due()});
  if (!shares_hidden || hidden_overdue > 0) return;
  for (SchoolCaseload& school : *caseload.mutable_schools()) {
    if (school.overdue_reviews().count() > 0) Hide(school.mutable_overdue_reviews());
  }
}

}  // namespace trellis::domain
