// A school's calendar for one academic year: is it one, and its dates. Pure. What the dates mean is
// in domain/school_calendar.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "trellis/v1/school_calendar.pb.h"

namespace trellis::domain {

// OK, or INVALID_ARGUMENT with ALL that is wrong with the calendar at once: an academic year that
// is no name of one or not that of the dates, a year of more than 366 days, terms that overlap or
// are out of order, a half-term break that is not inside its term, an inset day that is outside the
// terms, in a half-term break, no working day or there twice. `path` is the field that holds the
// calendar in the caller's request, such as "school_year"; empty if it is the request itself.
// Where a field breaks its own rules (domain/validate.h), only those violations are listed, with
// paths that begin in `year`.
absl::Status CheckSchoolYear(const v1::SchoolYear& year, absl::string_view path = "");

// From one day to another, both part of it.
struct Days {
  absl::CivilDay first;
  absl::CivilDay last;

  bool Contain(absl::CivilDay day) const { return first <= day && day <= last; }
};

struct TermDates {
  // "autumn", "spring" or "summer".
  const char* name;
  Days days;
  Days half_term;
};

struct SchoolYearDates {
  std::string academic_year;
  // In the order of the year.
  std::array<TermDates, 3> terms;
  std::vector<absl::CivilDay> inset_days;

  // The term that `day` is in; null in the holidays.
  const TermDates* TermOf(absl::CivilDay day) const;
  bool IsInsetDay(absl::CivilDay day) const;
};

// The dates of `year`; nothing if one of them is no date.
std::optional<SchoolYearDates> ReadSchoolYear(const v1::SchoolYear& year);

}  // namespace trellis::domain
