// Calendar dates in English schools. Pure: today is always an argument.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace trellis::domain {

// The day that `text` writes as YYYY-MM-DD; nothing if it does not, if there is no such day
// (2022-02-30), or if it is not of the years 2000 to 2099.
std::optional<absl::CivilDay> ParseDate(absl::string_view text);
// Likewise of the years 1000 to 2099: a school may be centuries old.
std::optional<absl::CivilDay> ParseRegisterDate(absl::string_view text);

// As YYYY-MM-DD.
std::string DateText(absl::CivilDay day);

// The name of the bank holiday in England and Wales that `day` is; empty if it is none.
// Source: Banking and Financial Dealings Act 1971 and the proclamations for single years.
std::string BankHoliday(absl::CivilDay day);

// A working day: neither a Saturday or Sunday nor a bank holiday.
bool IsWorkingDay(absl::CivilDay day);

// `day` if it is a working day, else the next one.
absl::CivilDay WorkingDayFrom(absl::CivilDay day);

// Why `day` is no working day, such as "2022-10-01 is a Saturday"; empty if it is one.
std::string WhyNoWorkingDay(absl::CivilDay day);

// What is wrong with the weekdays that a timeline in words names: "Thurs 11/10" in a year in which
// 11 October is no Thursday, "w/c 20/9" where 20 September is no Monday. Dates are day first; one
// without a year is of the year that brings it nearest to `near`.
std::vector<std::string> WeekdayMismatches(absl::string_view words, absl::CivilDay near);

}  // namespace trellis::domain
