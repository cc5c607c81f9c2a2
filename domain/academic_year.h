// Academic years and their names. Pure.
//
// An academic year is from 1 August to 31 July. The law has it begin with the first term after July
// (Education Act 1996, section 579), and some schools' first term is in August already; with a
// fixed day the year of a date does not depend on the school. In August nobody is at school whom
// this could confuse.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace trellis::domain {

// The name of the academic year that begins in August of `first`: "2026/27" for 2026.
std::string AcademicYearName(int64_t first);

// The name of the academic year that `day` is in.
std::string AcademicYearOf(absl::CivilDay day);

// The calendar year in which the academic year with this name begins, 1999 to 2099: 2026 for
// "2026/27". Nothing for what is no such name: "2026", "2026/2027", "2026-27", "2026/28".
std::optional<int64_t> ParseAcademicYear(absl::string_view name);

}  // namespace trellis::domain
