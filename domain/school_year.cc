#include "domain/school_year.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/academic_year.h"
#include "domain/dates.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

constexpr int64_t kYearDaysMax = 366;

template <typename Message>
std::optional<Days> ReadDays(const Message& message) {
  const std::optional<absl::CivilDay> first = ParseDate(message.starts_on());
  const std::optional<absl::CivilDay> last = ParseDate(message.ends_on());
  if (!first.has_value() || !last.has_value()) return std::nullopt;
  return Days{*first, *last};
}

// The violations of one calendar.
class Checks {
 public:
  Checks(const SchoolYearDates& year, absl::string_view path)
      : year_(year), prefix_(path.empty() ? "" : absl::StrCat(path, ".")) {}

  std::vector<FieldViolation> violations;

  void CheckAcademicYear() {
    if (!ParseAcademicYear(year_.academic_year).has_value()) {
      Add("academic_year",
          absl::StrCat("got \"", year_.academic_year, "\", want an academic year such as 2026/27"));
      return;
    }
    const auto check = [&](const std::string& field, absl::CivilDay day) {
      if (AcademicYearOf(day) == year_.academic_year) return;
      Add(field, absl::StrCat("got ", DateText(day), ", which is in ", AcademicYearOf(day),
                              ", want a day of ", year_.academic_year));
    };
    for (const TermDates& term : year_.terms) {
      check(absl::StrCat(term.name, ".starts_on"), term.days.first);
      check(absl::StrCat(term.name, ".ends_on"), term.days.last);
    }
  }

  void CheckLength() {
    const absl::CivilDay first = year_.terms.front().days.first;
    const absl::CivilDay last = year_.terms.back().days.last;
    if (const int64_t days = last - first + 1; days > kYearDaysMax) {
      Add("summer.ends_on", absl::StrCat("got ", DateText(last), ", which makes a year of ", days,
                                         " days, want at most ", kYearDaysMax));
    }
  }

  void CheckOrder() {
    for (size_t i = 1; i < year_.terms.size(); ++i) {
      const TermDates& before = year_.terms[i - 1];
      const TermDates& term = year_.terms[i];
      if (term.days.first > before.days.last) continue;
      Add(absl::StrCat(term.name, ".starts_on"),
          absl::StrCat("got ", DateText(term.days.first), ", want a day after the ", before.name,
                       " term, which ends on ", DateText(before.days.last)));
    }
  }

  void CheckHalfTerms() {
    for (const TermDates& term : year_.terms) {
      const std::string field = absl::StrCat(term.name, ".half_term");
      const std::string inside =
          absl::StrCat("inside the ", term.name, " term, ", DateText(term.days.first), " to ",
                       DateText(term.days.last));
      if (term.half_term.first <= term.days.first || term.half_term.first >= term.days.last) {
        Add(field + ".starts_on",
            absl::StrCat("got ", DateText(term.half_term.first), ", want a day ", inside));
      }
      if (term.half_term.last <= term.days.first || term.half_term.last >= term.days.last) {
        Add(field + ".ends_on",
            absl::StrCat("got ", DateText(term.half_term.last), ", want a day ", inside));
      }
    }
  }

  void CheckInsetDays() {
    const std::vector<absl::CivilDay>& days = year_.inset_days;
    for (size_t i = 0; i < days.size(); ++i) {
      const auto here = days.begin() + static_cast<ptrdiff_t>(i);
      const bool repeated = std::find(days.begin(), here, *here) != here;
      const std::string why = repeated ? "which is there already" : WhyNoInsetDay(*here);
      if (why.empty()) continue;
      Add(absl::StrCat("inset_days[", i, "]"),
          absl::StrCat("got ", DateText(*here), ", ", why,
                       ", want working days in a term, each once"));
    }
  }

 private:
  const SchoolYearDates& year_;
  const std::string prefix_;

  void Add(const std::string& field, std::string description) {
    violations.push_back({prefix_ + field, std::move(description)});
  }

  std::string WhyNoInsetDay(absl::CivilDay day) const {
    const TermDates* const term = year_.TermOf(day);
    if (term == nullptr) return "which is in no term";
    if (term->half_term.Contain(day)) {
      return absl::StrCat("which is in the half-term break of the ", term->name, " term");
    }
    return IsWorkingDay(day) ? "" : "which is no working day";
  }
};

}  // namespace

const TermDates* SchoolYearDates::TermOf(absl::CivilDay day) const {
  for (const TermDates& term : terms) {
    if (term.days.Contain(day)) return &term;
  }
  return nullptr;
}

bool SchoolYearDates::IsInsetDay(absl::CivilDay day) const {
  return std::find(inset_days.begin(), inset_days.end(), day) != inset_days.end();
}

absl::Status CheckSchoolYear(const v1::SchoolYear& year, absl::string_view path) {
  RETURN_IF_ERROR(Validate(year));
  const std::optional<SchoolYearDates> dates = ReadSchoolYear(year);
  CHECK(dates.has_value());
  Checks checks(*dates, path);
  checks.CheckAcademicYear();
  checks.CheckLength();
  checks.CheckOrder();
  checks.CheckHalfTerms();
  checks.CheckInsetDays();
  return checks.violations.empty() ? absl::OkStatus() : InvalidRequest(checks.violations);
}

std::optional<SchoolYearDates> ReadSchoolYear(const v1::SchoolYear& year) {
  SchoolYearDates dates;
  dates.academic_year = year.academic_year();
  const std::array<std::pair<const char*, const v1::SchoolTerm*>, 3> terms = {
      {{"autumn", &year.autumn()}, {"spring", &year.spring()}, {"summer", &year.summer()}}};
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto& [name, term] = terms[i];
    const std::optional<Days> days = ReadDays(*term), half_term = ReadDays(term->half_term());
    if (!days.has_value() || !half_term.has_value()) return std::nullopt;
    dates.terms[i] = {name, *days, *half_term};
  }
  for (const std::string& text : year.inset_days()) {
    const std::optional<absl::CivilDay> day = ParseDate(text);
    if (!day.has_value()) return std::nullopt;
    dates.inset_days.push_back(*day);
  }
  return dates;
}

}  // namespace trellis::domain
