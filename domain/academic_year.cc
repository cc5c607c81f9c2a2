#include "domain/academic_year.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace trellis::domain {
namespace {

constexpr int kFirstMonth = 8;

}  // namespace

std::string AcademicYearName(int64_t first) {
  return absl::StrFormat("%04d/%02d", first, (first + 1) % 100);
}

std::string AcademicYearOf(absl::CivilDay day) {
  return AcademicYearName(day.month() >= kFirstMonth ? day.year() : day.year() - 1);
}

std::optional<int64_t> ParseAcademicYear(absl::string_view name) {
  int64_t first = 0;
  if (!absl::SimpleAtoi(name.substr(0, 4), &first) || first < 1999 || first > 2099) {
    return std::nullopt;
  }
  // What is written any other way is not taken to mean the same.
  if (AcademicYearName(first) != name) return std::nullopt;
  return first;
}

}  // namespace trellis::domain
