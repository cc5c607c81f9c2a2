// When pupils and staff are in school. Pure: today is always an argument.
//
// Three kinds of day for three kinds of question:
//   - A working day (domain/dates.h) is the law's: neither weekend nor bank holiday. The time
//   limits
//     of the regulations run on working days, in the school holidays too (domain/working_days.h).
//   - A staff day is a working day in a term of the school and outside its half-term break.
//   Meetings
//     of colleagues can be held on it.
//   - A school day is a staff day that is no inset day: pupils are there, so lessons can be
//   observed
//     and strategies tried out.
// Where the school has given no calendar for the academic year of a day, every working day counts
// as a staff day and as a school day: nothing is known against it. August belongs to the academic
// year that follows (domain/academic_year.h).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "trellis/v1/school_calendar.pb.h"

namespace trellis::domain {

// The calendars of one school, in any order, each as CheckSchoolYear (domain/school_year.h) wants
// it. Of two for the same academic year the first counts; one with a date that is none is as if it
// were not there.
using SchoolYears = google::protobuf::RepeatedPtrField<v1::SchoolYear>;

bool IsSchoolDay(const SchoolYears& years, absl::CivilDay day);
bool IsStaffDay(const SchoolYears& years, absl::CivilDay day);

// Whether `day` is outside every term or in a half-term break. Not where there is no calendar for
// its academic year: nothing is known of it.
bool IsInHolidays(const SchoolYears& years, absl::CivilDay day);

// Why `day` is no school day, such as "2026-10-28 is in the half-term break of the autumn term,
// 2026-10-26 to 2026-10-30"; empty if it is one.
std::string WhyNoSchoolDay(const SchoolYears& years, absl::CivilDay day);

// `day` if it is a school day, else the next one.
absl::CivilDay SchoolDayFrom(const SchoolYears& years, absl::CivilDay day);

// One of the six parts of an academic year.
struct HalfTerm {
  // Such as "2026/27".
  std::string academic_year;
  // 1 to 6: 1 and 2 are the autumn term, 3 and 4 the spring term, 5 and 6 the summer term.
  int number;
  // The first day of the term, or the first working day after its break.
  absl::CivilDay first;
  // The last working day before the break, or the last day of the term.
  absl::CivilDay last;

  friend bool operator==(const HalfTerm&, const HalfTerm&) = default;
};

// The half-term that `day` is in, inset days and the weekends between its weeks included; nothing
// in the holidays and in years without a calendar.
std::optional<HalfTerm> HalfTermOf(const SchoolYears& years, absl::CivilDay day);

// The first half of the autumn term of the academic year, when a plan that outlived its programme
// is reviewed. Without a calendar for that year it is from 1 September to the Friday before the
// last full week of October, Monday to Friday, when most schools have their break. Nothing if
// `academic_year` is no name of an academic year.
std::optional<HalfTerm> AutumnHalfTerm(const SchoolYears& years, absl::string_view academic_year);

}  // namespace trellis::domain
