#include "domain/caseload.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "domain/dates.h"
#include "domain/entries.h"

namespace trellis::domain {
namespace {

using v1::SupportPlan;
using v1::SupportPlanSummary;

void Increment(v1::CaseloadCount* count) { count->set_count(count->count() + 1); }

// Days are compared as texts, which sort as they do: a trust has ten thousand plans.
bool IsReviewOverdue(const SupportPlanSummary& plan, const std::string& today) {
  return plan.state() == SupportPlan::ACTIVE && !plan.next_review_on().empty() &&
         plan.next_review_on() < today;
}

int UndeliveredSupport(const SupportPlanSummary& plan, const std::string& today) {
  if (plan.state() != SupportPlan::ACTIVE) return 0;
  return static_cast<int>(std::count_if(plan.support_due_on().begin(), plan.support_due_on().end(),
                                        [&](const std::string& due_on) { return due_on < today; }));
}

}  // namespace

SupportPlanSummary SummaryOf(const SupportPlan& plan) {
  SupportPlanSummary summary;
  summary.set_name(plan.name());
  summary.set_revision(plan.revision());
  summary.set_state(plan.state());
  *summary.mutable_ect() = plan.ect();
  *summary.mutable_induction_tutor() = plan.induction_tutor();
  *summary.mutable_school() = plan.school();
  if (plan.has_appropriate_body()) *summary.mutable_appropriate_body() = plan.appropriate_body();
  for (const v1::Concern& concern : plan.concerns()) {
    if (concern.state() != v1::Concern::OPEN || IsStruckOut(concern)) continue;
    summary.add_open_standard_codes(concern.standard().code());
  }
  summary.set_next_review_on(plan.next_review_on());
  *summary.mutable_awaiting_signatures() = plan.awaiting_signatures();
  std::vector<std::string> due;
  for (const v1::Support& support : plan.support()) {
    if (support.state() != v1::Support::ARRANGED || IsStruckOut(support)) continue;
    const std::string& last = support.ends_on().empty() ? support.starts_on() : support.ends_on();
    if (!last.empty()) due.push_back(last);
  }
  std::sort(due.begin(), due.end());
  summary.mutable_support_due_on()->Assign(due.begin(), due.end());
  return summary;
}

SupportPlanSummary CountedPartOf(const SupportPlanSummary& plan) {
  SupportPlanSummary counted;
  counted.set_state(plan.state());
  *counted.mutable_open_standard_codes() = plan.open_standard_codes();
  counted.set_next_review_on(plan.next_review_on());
  *counted.mutable_awaiting_signatures() = plan.awaiting_signatures();
  *counted.mutable_support_due_on() = plan.support_due_on();
  return counted;
}

void JudgeOn(const std::string& today, SupportPlanSummary& plan) {
  plan.set_review_overdue(IsReviewOverdue(plan, today));
  plan.set_undelivered_support(UndeliveredSupport(plan, today));
}

CaseloadCounter::CaseloadCounter(absl::CivilDay today)
    : today_(DateText(today)), due_until_(DateText(today + kReviewsDueDays)) {
  caseload_.set_on(today_);
  // Counts of nothing are 0, not absent.
  caseload_.mutable_open_plans();
  caseload_.mutable_paused_plans();
  caseload_.mutable_overdue_reviews();
  caseload_.mutable_reviews_due();
  caseload_.mutable_missing_signatures();
  caseload_.mutable_undelivered_support();
}

void CaseloadCounter::BeginSchool(const std::string& school) {
  v1::SchoolCaseload& row = *caseload_.add_schools();
  row.set_school(school);
  row.mutable_open_plans();
  row.mutable_overdue_reviews();
}

void CaseloadCounter::Add(const SupportPlanSummary& plan) {
  if (plan.state() != SupportPlan::ACTIVE && plan.state() != SupportPlan::PAUSED) return;
  const int schools = caseload_.schools_size();
  v1::SchoolCaseload* const school =
      schools == 0 ? nullptr : caseload_.mutable_schools(schools - 1);
  Increment(caseload_.mutable_open_plans());
  if (school != nullptr) Increment(school->mutable_open_plans());
  if (plan.state() == SupportPlan::PAUSED) Increment(caseload_.mutable_paused_plans());
  if (IsReviewOverdue(plan, today_)) {
    Increment(caseload_.mutable_overdue_reviews());
    if (school != nullptr) Increment(school->mutable_overdue_reviews());
  } else if (plan.state() == SupportPlan::ACTIVE && !plan.next_review_on().empty() &&
             plan.next_review_on() <= due_until_) {
    Increment(caseload_.mutable_reviews_due());
  }
  if (!plan.awaiting_signatures().empty()) Increment(caseload_.mutable_missing_signatures());
  if (UndeliveredSupport(plan, today_) > 0) Increment(caseload_.mutable_undelivered_support());
  // No standard has two open concerns in one plan.
  for (const std::string& code : plan.open_standard_codes()) ++standards_[code];
}

v1::Caseload CaseloadCounter::Take() && {
  for (const auto& [code, plans] : standards_) {
    v1::StandardCaseload& row = *caseload_.add_standards();
    row.set_standard_code(code);
    row.mutable_plans()->set_count(plans);
  }
  return std::move(caseload_);
}

}  // namespace trellis::domain
