// What falls due in an induction: progress reviews, formal and interim assessments.
#include <algorithm>

#include "domain/dates.h"
#include "domain/term_clock.h"

namespace trellis::domain {
namespace {

absl::CivilDay MiddleOf(const Term& term) {
  return term.starts_on + (term.ends_on - term.starts_on + 1) / 2 - 1;
}

bool IsIn(absl::CivilDay day, const Term& term) {
  return term.starts_on <= day && day <= term.ends_on;
}

}  // namespace

v1::InductionDue TermClock::DueOn(v1::InductionDue::Kind kind, absl::CivilDay day) const {
  v1::InductionDue due;
  due.set_kind(kind);
  due.set_due_on(DateText(day));
  due.set_served_hundredths(ServedBy(day));
  return due;
}

// When the first year was served, with what absence added to it (guidance 3.6: "the relevant year
// of induction must be extended").
int TermClock::FirstAssessmentAt() const {
  return kInductionYearHundredths + absence_years_[0].added_hundredths();
}

std::optional<v1::InductionDue> TermClock::ReviewOf(
    const Term& term, const std::vector<absl::CivilDay>& assessments) const {
  for (const absl::CivilDay day : assessments) {
    if (IsIn(day, term)) return std::nullopt;
  }
  const absl::CivilDay joined = posts_.front().days.first;
  const auto joined_late = [&](const Term& t) { return IsIn(joined, t) && joined > MiddleOf(t); };
  // Whoever joins in the second half of a term has the review by the middle of the next (2.49).
  if (joined_late(term)) return std::nullopt;
  absl::CivilDay day = term.ends_on;
  if (joined_late(TermOf(term.starts_on - 1))) day = MiddleOf(term);
  if (PostOn(day) == nullptr) return std::nullopt;
  // Held when it falls due: it is held on return (2.49).
  if (const Days* const pause = PauseOn(day); pause != nullptr) {
    if (pause->first <= term.starts_on || pause->last >= horizon_) return std::nullopt;
    day = pause->last + 1;
  }
  // Less than a term before a formal assessment, due to part-time work: the assessment only (2.49).
  for (const absl::CivilDay assessment : assessments) {
    const Term next = TermOf(term.ends_on + 1);
    const bool soon = IsIn(assessment, next) && assessment < next.ends_on;
    if (soon && FteOn(day) < 100) return std::nullopt;
  }
  return DueOn(v1::InductionDue::PROGRESS_REVIEW, day);
}

std::vector<v1::InductionDue> TermClock::Due() const {
  std::vector<v1::InductionDue> due;
  if (posts_.empty()) return due;
  std::vector<absl::CivilDay> assessments;
  const auto add_assessment = [&](v1::InductionDue::Kind kind, int hundredths) {
    const std::optional<absl::CivilDay> day = DayServed(hundredths);
    if (hundredths <= brought_ || !day.has_value()) return;
    assessments.push_back(*day);
    due.push_back(DueOn(kind, *day));
  };
  if (FirstAssessmentAt() < required_) {
    add_assessment(v1::InductionDue::FIRST_ASSESSMENT, FirstAssessmentAt());
  }
  add_assessment(v1::InductionDue::FINAL_ASSESSMENT, required_);
  const absl::CivilDay last =
      std::min(DayServed(required_).value_or(horizon_), posts_.back().days.last);
  for (Term term = TermOf(posts_.front().days.first); term.starts_on <= last;
       term = TermOf(term.ends_on + 1)) {
    if (auto review = ReviewOf(term, assessments)) due.push_back(*std::move(review));
  }
  for (const Post& post : posts_) {
    if (!post.ended || post.counts_from > post.days.last) continue;
    if (completed_ && &post == &posts_.back()) continue;
    if (std::find(assessments.begin(), assessments.end(), post.days.last) != assessments.end()) {
      continue;
    }
    due.push_back(DueOn(v1::InductionDue::INTERIM_ASSESSMENT, post.days.last));
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const auto& a, const auto& b) { return a.due_on() < b.due_on(); });
  return due;
}

v1::InductionClock ClockOn(const v1::Induction& induction, absl::CivilDay day) {
  const TermClock clock(induction);
  v1::InductionClock reading;
  reading.set_name(induction.name());
  reading.set_on(DateText(day));
  reading.set_served_hundredths(clock.ServedBy(day));
  reading.set_served_tenths(RoundedTenths(reading.served_hundredths()));
  reading.set_required_hundredths(clock.Required());
  for (const v1::YearOfAbsence& year : clock.AbsenceYears()) {
    reading.set_absence_hundredths(reading.absence_hundredths() + year.added_hundredths());
    *reading.add_absence_years() = year;
  }
  const auto end = clock.DayServed(clock.Required());
  if (end.has_value() && !induction.has_ending()) reading.set_expected_end_on(DateText(*end));
  for (v1::ServedTerm& term : clock.TermsBy(day)) *reading.add_terms() = std::move(term);
  for (v1::InductionDue& due : clock.Due()) *reading.add_due() = std::move(due);
  return reading;
}

}  // namespace trellis::domain
