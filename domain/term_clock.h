// The clock of an induction: what was served, and what falls due when. Pure.
//
// Time is counted in whole hundredths of a full-time-equivalent (FTE) term, so that 2.5 terms at
// half time are 1.25, neither 1.2 nor 1.3 (guidance 2.34). There are three terms in a year: 1
// September to 31 December, 1 January to 31 March, 1 April to 31 August. They leave no day out,
// holidays included, so three terms of employment are three terms wherever the school's holidays
// lie; the school's own dates (domain/school_calendar.h) are not asked yet. A day counts for its
// part of its term, times the working pattern; the sum over a term is rounded down to a hundredth.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::domain {

// Two school years: six terms (guidance 2.30).
inline constexpr int kInductionHundredths = 600;
// One full-time term.
inline constexpr int kTermHundredths = 100;
// Each of the two years of an induction (guidance 2.30): three terms.
inline constexpr int kInductionYearHundredths = 300;
// The days on which pupils are taught in a year: what turns days of absence into parts of a term.
inline constexpr int kSchoolDaysInYear = 190;
// Days of ad-hoc absence in a year of the induction from which they extend it (guidance 3.6), and
// those from which somebody should look. Days that the ECT would have worked: a part-timer's year
// of induction is as much longer as they work less, so the days are the same.
inline constexpr int kAbsenceThresholdDays = 30;
inline constexpr int kAbsenceAlertDays = 25;

struct Term {
  absl::CivilDay starts_on;
  absl::CivilDay ends_on;
};

// The term that `day` is in.
Term TermOf(absl::CivilDay day);

// What days of ad-hoc absence in one year of an induction add to it, in hundredths of a term,
// rounded up: nothing below the threshold, from there all of them.
int AbsenceHundredths(int days);

// Tenths of a term, halves up: the precision that DfE's service takes.
int RoundedTenths(int hundredths);

// The clock of one induction. Reads it once; need not be outlived by it.
class TermClock {
 public:
  explicit TermClock(const v1::Induction& induction);

  // What was served by the end of `day`, with what was brought along. A post counts from when it
  // lasted a term (guidance 2.33), then from its first day.
  int ServedBy(absl::CivilDay day) const;
  // What is to be served.
  int Required() const { return required_; }
  // The days of ad-hoc absence in each of the two years of the induction.
  const std::vector<v1::YearOfAbsence>& AbsenceYears() const { return absence_years_; }
  // The year of the induction, 1 or 2, that `day` is in.
  int YearOf(absl::CivilDay day) const;
  // The first day by whose end so much will have been served as things stand; nothing if that is
  // never, or more than 40 years after the beginning.
  std::optional<absl::CivilDay> DayServed(int hundredths) const;
  // True if employment at the school lasted a term by the end of `day` (guidance 2.33), `day` being
  // one of its days.
  bool LastedTerm(absl::CivilDay day) const;
  // All that falls due, oldest first.
  std::vector<v1::InductionDue> Due() const;
  // What was served in each term by the end of `day`.
  std::vector<v1::ServedTerm> TermsBy(absl::CivilDay day) const;

 private:
  struct Days {
    absl::CivilDay first;
    absl::CivilDay last;
  };
  // Employment at one school, whatever its headteachers.
  struct Post {
    Days days;
    bool ended = false;
    // The day on which it has lasted a term.
    absl::CivilDay counts_from;
    std::string urn;
  };
  struct Pattern {
    absl::CivilDay first;
    int fte_hundredths;
  };

  void ReadPosts(const v1::Induction& induction);
  void ReadAbsences(const v1::Induction& induction);
  const Post* PostOn(absl::CivilDay day) const;
  const Days* PauseOn(absl::CivilDay day) const;
  int FteOn(absl::CivilDay day) const;
  // What counts of the days of `term` up to `until`, in hundredths of a term, rounded down;
  // `known_by` is the day on which posts must have lasted a term.
  int PartOf(const Term& term, absl::CivilDay until, absl::CivilDay known_by) const;
  int FirstAssessmentAt() const;
  std::optional<v1::InductionDue> ReviewOf(const Term& term,
                                           const std::vector<absl::CivilDay>& assessments) const;
  v1::InductionDue DueOn(v1::InductionDue::Kind kind, absl::CivilDay day) const;

  std::vector<Post> posts_;
  std::vector<Pattern> patterns_;
  std::vector<Days> pauses_;
  std::vector<v1::YearOfAbsence> absence_years_;
  int brought_;
  int required_ = kInductionHundredths;
  bool completed_;
  absl::CivilDay horizon_;
};

// The clock as it is read at the end of `day`.
v1::InductionClock ClockOn(const v1::Induction& induction, absl::CivilDay day);

}  // namespace trellis::domain
