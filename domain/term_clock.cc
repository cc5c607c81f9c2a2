#include "domain/term_clock.h"

#include <algorithm>

#include "domain/dates.h"
#include "domain/entries.h"

namespace trellis::domain {
namespace {

constexpr int kHorizonYears = 40;

int64_t LengthOf(const Term& term) { return term.ends_on - term.starts_on + 1; }

Term TermAfter(const Term& term) { return TermOf(term.ends_on + 1); }

absl::CivilDay DateOr(const std::string& text, absl::CivilDay otherwise) {
  return ParseDate(text).value_or(otherwise);
}

// The day on which employment since `first` has lasted a term: what is missing of the first term
// is served in the next, part for part.
absl::CivilDay LastsTermOn(absl::CivilDay first) {
  const Term term = TermOf(first);
  const int64_t missing = first - term.starts_on;
  if (missing == 0) return term.ends_on;
  const Term next = TermAfter(term);
  const int64_t days = (missing * LengthOf(next) + LengthOf(term) - 1) / LengthOf(term);
  return next.starts_on + days - 1;
}

}  // namespace

Term TermOf(absl::CivilDay day) {
  const int64_t year = day.year();
  if (day.month() >= 9) return {absl::CivilDay(year, 9, 1), absl::CivilDay(year, 12, 31)};
  if (day.month() >= 4) return {absl::CivilDay(year, 4, 1), absl::CivilDay(year, 8, 31)};
  return {absl::CivilDay(year, 1, 1), absl::CivilDay(year, 3, 31)};
}

int AbsenceHundredths(int days) {
  if (days < kAbsenceThresholdDays) return 0;
  return (days * kInductionYearHundredths + kSchoolDaysInYear - 1) / kSchoolDaysInYear;
}

int RoundedTenths(int hundredths) { return (hundredths + 5) / 10; }

TermClock::TermClock(const v1::Induction& induction)
    : brought_(induction.brought_hundredths()),
      completed_(induction.state() == v1::Induction::COMPLETED) {
  ReadPosts(induction);
  for (const v1::WorkingPattern& pattern : induction.working_patterns()) {
    if (IsStruckOut(pattern)) continue;
    patterns_.push_back({*ParseDate(pattern.starts_on()), pattern.fte_hundredths()});
  }
  for (const v1::InductionPause& pause : induction.pauses()) {
    if (IsStruckOut(pause)) continue;
    pauses_.push_back({*ParseDate(pause.starts_on()), DateOr(pause.ends_on(), horizon_)});
  }
  for (const v1::InductionExtension& extension : induction.extensions()) {
    if (!IsStruckOut(extension)) required_ += extension.terms_hundredths();
  }
  for (const v1::InductionReduction& reduction : induction.reductions()) {
    if (!IsStruckOut(reduction)) required_ -= reduction.terms_hundredths();
  }
  ReadAbsences(induction);
}

void TermClock::ReadPosts(const v1::Induction& induction) {
  for (const v1::InductionSchool& school : induction.schools()) {
    if (IsStruckOut(school)) continue;
    const absl::CivilDay first = *ParseDate(school.starts_on());
    if (posts_.empty()) horizon_ = absl::CivilDay(first.year() + kHorizonYears, 12, 31);
    const absl::CivilDay last = DateOr(school.ends_on(), horizon_);
    const bool ended = !school.ends_on().empty();
    // Another headteacher is no other post.
    if (!posts_.empty() && posts_.back().urn == school.school().urn() &&
        posts_.back().days.last + 1 == first) {
      posts_.back().days.last = last;
      posts_.back().ended = ended;
      continue;
    }
    posts_.push_back({{first, last}, ended, LastsTermOn(first), school.school().urn()});
  }
}

void TermClock::ReadAbsences(const v1::Induction& induction) {
  absence_years_.resize(2);
  absence_years_[0].set_year(1);
  absence_years_[1].set_year(2);
  std::vector<const v1::Absence*> absences;
  for (const v1::Absence& absence : induction.absences()) {
    if (IsStruckOut(absence) || absence.category() != v1::Absence::AD_HOC) continue;
    absences.push_back(&absence);
  }
  std::sort(absences.begin(), absences.end(),
            [](const auto* a, const auto* b) { return a->starts_on() < b->starts_on(); });
  // In order: absence in the first year makes it longer, and so more absences fall into it.
  for (const v1::Absence* const absence : absences) {
    const int year = YearOf(*ParseDate(absence->starts_on()));
    v1::YearOfAbsence& total = absence_years_[static_cast<size_t>(year - 1)];
    total.set_days(total.days() + absence->days());
    total.set_added_hundredths(AbsenceHundredths(total.days()));
  }
  for (const v1::YearOfAbsence& year : absence_years_) required_ += year.added_hundredths();
}

int TermClock::YearOf(absl::CivilDay day) const {
  const int first_year = kInductionYearHundredths + absence_years_[0].added_hundredths();
  return ServedBy(day - 1) < first_year ? 1 : 2;
}

const TermClock::Post* TermClock::PostOn(absl::CivilDay day) const {
  for (const Post& post : posts_) {
    if (post.days.first <= day && day <= post.days.last) return &post;
  }
  return nullptr;
}

const TermClock::Days* TermClock::PauseOn(absl::CivilDay day) const {
  for (const Days& pause : pauses_) {
    if (pause.first <= day && day <= pause.last) return &pause;
  }
  return nullptr;
}

int TermClock::FteOn(absl::CivilDay day) const {
  int fte = 100;
  for (const Pattern& pattern : patterns_) {
    if (pattern.first <= day) fte = pattern.fte_hundredths;
  }
  return fte;
}

int TermClock::PartOf(const Term& term, absl::CivilDay until, absl::CivilDay known_by) const {
  int64_t sum = 0;
  for (absl::CivilDay day = term.starts_on; day <= std::min(term.ends_on, until); ++day) {
    const Post* const post = PostOn(day);
    if (post == nullptr || post->counts_from > std::min(known_by, post->days.last)) continue;
    if (PauseOn(day) == nullptr) sum += FteOn(day);
  }
  return static_cast<int>(sum / LengthOf(term));
}

int TermClock::ServedBy(absl::CivilDay day) const {
  int served = brought_;
  if (posts_.empty()) return served;
  const absl::CivilDay last = std::min(day, horizon_);
  for (Term term = TermOf(posts_.front().days.first); term.starts_on <= last;
       term = TermAfter(term)) {
    served += PartOf(term, last, last);
  }
  return served;
}

std::optional<absl::CivilDay> TermClock::DayServed(int hundredths) const {
  if (posts_.empty()) return std::nullopt;
  int served = brought_;
  for (Term term = TermOf(posts_.front().days.first); term.starts_on <= horizon_;
       term = TermAfter(term)) {
    const int part = PartOf(term, term.ends_on, horizon_);
    if (served + part < hundredths) {
      served += part;
      continue;
    }
    absl::CivilDay day = term.starts_on;
    while (served + PartOf(term, day, horizon_) < hundredths) ++day;
    // What was served is known to count once the post lasted a term.
    const Post* const post = PostOn(day);
    return post == nullptr ? day : std::max(day, post->counts_from);
  }
  return std::nullopt;
}

bool TermClock::LastedTerm(absl::CivilDay day) const {
  const Post* const post = PostOn(day);
  return post != nullptr && post->counts_from <= day;
}

std::vector<v1::ServedTerm> TermClock::TermsBy(absl::CivilDay day) const {
  std::vector<v1::ServedTerm> terms;
  if (posts_.empty()) return terms;
  const absl::CivilDay last = std::min({day, horizon_, posts_.back().days.last});
  for (Term term = TermOf(posts_.front().days.first); term.starts_on <= last;
       term = TermAfter(term)) {
    v1::ServedTerm& served = terms.emplace_back();
    served.set_starts_on(DateText(term.starts_on));
    served.set_ends_on(DateText(term.ends_on));
    served.set_served_hundredths(PartOf(term, last, std::min(day, horizon_)));
  }
  return terms;
}

}  // namespace trellis::domain
