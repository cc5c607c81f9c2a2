#include "domain/school_calendar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/academic_year.h"
#include "domain/dates.h"
#include "domain/school_year.h"

namespace trellis::domain {
namespace {

using Year = std::optional<SchoolYearDates>;

Year FindYear(const SchoolYears& years, const std::string& academic_year) {
  for (const v1::SchoolYear& year : years) {
    if (year.academic_year() == academic_year) return ReadSchoolYear(year);
  }
  return std::nullopt;
}

// In a term and outside its break. Of a year that is not known: yes.
bool IsInTerm(const Year& year, absl::CivilDay day) {
  if (!year.has_value()) return true;
  const TermDates* const term = year->TermOf(day);
  return term != nullptr && !term->half_term.Contain(day);
}

absl::CivilDay WorkingDayBefore(absl::CivilDay day) {
  do {
    --day;
  } while (!IsWorkingDay(day));
  return day;
}

HalfTerm FirstHalf(const SchoolYearDates& year, size_t term_index) {
  const TermDates& term = year.terms[term_index];
  return {.academic_year = year.academic_year,
          .number = static_cast<int>(2 * term_index) + 1,
          .first = term.days.first,
          .last = std::max(term.days.first, WorkingDayBefore(term.half_term.first))};
}

HalfTerm SecondHalf(const SchoolYearDates& year, size_t term_index) {
  const TermDates& term = year.terms[term_index];
  return {.academic_year = year.academic_year,
          .number = static_cast<int>(2 * term_index) + 2,
          .first = std::min(term.days.last, WorkingDayFrom(term.half_term.last + 1)),
          .last = term.days.last};
}

// Why a working day that is in no term is a holiday.
std::string WhyHoliday(const SchoolYearDates& year, absl::CivilDay day) {
  const std::string holiday = absl::StrCat(DateText(day), " is in the school holidays: the ");
  for (const TermDates& term : year.terms) {
    if (day < term.days.first) {
      return absl::StrCat(holiday, term.name, " term begins on ", DateText(term.days.first));
    }
  }
  const TermDates& last = year.terms.back();
  return absl::StrCat(holiday, last.name, " term ended on ", DateText(last.days.last));
}

}  // namespace

bool IsStaffDay(const SchoolYears& years, absl::CivilDay day) {
  return IsWorkingDay(day) && IsInTerm(FindYear(years, AcademicYearOf(day)), day);
}

bool IsSchoolDay(const SchoolYears& years, absl::CivilDay day) {
  if (!IsWorkingDay(day)) return false;
  const Year year = FindYear(years, AcademicYearOf(day));
  return IsInTerm(year, day) && !(year.has_value() && year->IsInsetDay(day));
}

bool IsInHolidays(const SchoolYears& years, absl::CivilDay day) {
  return !IsInTerm(FindYear(years, AcademicYearOf(day)), day);
}

std::string WhyNoSchoolDay(const SchoolYears& years, absl::CivilDay day) {
  if (std::string why = WhyNoWorkingDay(day); !why.empty()) return why;
  const Year year = FindYear(years, AcademicYearOf(day));
  if (!year.has_value()) return "";
  const TermDates* const term = year->TermOf(day);
  if (term == nullptr) return WhyHoliday(*year, day);
  if (term->half_term.Contain(day)) {
    return absl::StrCat(DateText(day), " is in the half-term break of the ", term->name, " term, ",
                        DateText(term->half_term.first), " to ", DateText(term->half_term.last));
  }
  if (year->IsInsetDay(day)) return absl::StrCat(DateText(day), " is an inset day");
  return "";
}

absl::CivilDay SchoolDayFrom(const SchoolYears& years, absl::CivilDay day) {
  // Ends: beyond the years that are known every working day is one.
  while (!IsSchoolDay(years, day)) ++day;
  return day;
}

std::optional<HalfTerm> HalfTermOf(const SchoolYears& years, absl::CivilDay day) {
  const Year year = FindYear(years, AcademicYearOf(day));
  if (!year.has_value()) return std::nullopt;
  for (size_t i = 0; i < year->terms.size(); ++i) {
    for (HalfTerm half : {FirstHalf(*year, i), SecondHalf(*year, i)}) {
      if (half.first <= day && day <= half.last) return half;
    }
  }
  return std::nullopt;
}

std::optional<HalfTerm> AutumnHalfTerm(const SchoolYears& years, absl::string_view academic_year) {
  const std::optional<int64_t> begins = ParseAcademicYear(academic_year);
  if (!begins.has_value()) return std::nullopt;
  const std::string name(academic_year);
  if (const auto year = FindYear(years, name)) return FirstHalf(*year, 0);
  const absl::CivilDay last_friday =
      absl::PrevWeekday(absl::CivilDay(*begins, 11, 1), absl::Weekday::friday);
  return HalfTerm{.academic_year = name,
                  .number = 1,
                  .first = absl::CivilDay(*begins, 9, 1),
                  .last = last_friday - 7};
}

}  // namespace trellis::domain
