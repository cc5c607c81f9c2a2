#include "domain/dates.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace trellis::domain {
namespace {

constexpr std::array<const char*, 7> kWeekdayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                      "Friday", "Saturday", "Sunday"};

const char* WeekdayName(absl::CivilDay day) {
  return kWeekdayNames[static_cast<size_t>(absl::GetWeekday(day))];
}

// Easter Sunday of the Gregorian calendar (the "anonymous" algorithm, 1876).
absl::CivilDay EasterSunday(int64_t year) {
  const int64_t a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  const int64_t f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int64_t h = (19 * a + b - d - g + 15) % 30;
  const int64_t i = c / 4, k = c % 4;
  const int64_t l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int64_t m = (a + 11 * h + 22 * l) / 451;
  const int64_t n = h + l - 7 * m + 114;
  return absl::CivilDay(year, n / 31, n % 31 + 1);
}

bool IsWeekend(absl::CivilDay day) { return absl::GetWeekday(day) >= absl::Weekday::saturday; }

absl::CivilDay FirstMonday(int64_t year, int month) {
  return absl::NextWeekday(absl::CivilDay(year, month, 1) - 1, absl::Weekday::monday);
}

absl::CivilDay LastMonday(int64_t year, int month) {
  return absl::PrevWeekday(absl::CivilDay(year, month + 1, 1), absl::Weekday::monday);
}

// The early May and spring holidays that a year's proclamation moved, and the extra ones.
struct Proclaimed {
  absl::CivilDay day;
  const char* name;
};
const std::array<Proclaimed, 10>& ProclaimedHolidays() {
  static const std::array<Proclaimed, 10> holidays = {{
      {absl::CivilDay(2002, 6, 3), "the Golden Jubilee"},
      {absl::CivilDay(2002, 6, 4), "the spring bank holiday"},
      {absl::CivilDay(2011, 4, 29), "the royal wedding"},
      {absl::CivilDay(2012, 6, 4), "the spring bank holiday"},
      {absl::CivilDay(2012, 6, 5), "the Diamond Jubilee"},
      {absl::CivilDay(2020, 5, 8), "the early May bank holiday"},
      {absl::CivilDay(2022, 6, 2), "the spring bank holiday"},
      {absl::CivilDay(2022, 6, 3), "the Platinum Jubilee"},
      {absl::CivilDay(2022, 9, 19), "the State Funeral of Queen Elizabeth II"},
      {absl::CivilDay(2023, 5, 8), "the Coronation of King Charles III"},
  }};
  return holidays;
}

std::string SpringOrSummerHoliday(absl::CivilDay day) {
  const int64_t year = day.year();
  const bool spring_moved = year == 2002 || year == 2012 || year == 2022;
  if (day == FirstMonday(year, 5) && year != 2020) return "the early May bank holiday";
  if (day == LastMonday(year, 5) && !spring_moved) return "the spring bank holiday";
  if (day == LastMonday(year, 8)) return "the summer bank holiday";
  return "";
}

// New Year's Day, Christmas Day and Boxing Day, and the weekdays that stand in for them when they
// fall on a weekend.
std::string WinterHoliday(absl::CivilDay day) {
  const int64_t year = day.year();
  const absl::CivilDay new_year(year, 1, 1), christmas(year, 12, 25);
  if (day == new_year) return "New Year's Day";
  if (day == christmas) return "Christmas Day";
  if (day == christmas + 1) return "Boxing Day";
  if (IsWeekend(new_year) && day == FirstMonday(year, 1)) {
    return "the substitute day for New Year's Day";
  }
  const absl::Weekday weekday = absl::GetWeekday(christmas);
  if (IsWeekend(christmas) && day == absl::CivilDay(year, 12, 27)) {
    return "the substitute day for Christmas Day";
  }
  if ((weekday == absl::Weekday::friday || weekday == absl::Weekday::saturday) &&
      day == absl::CivilDay(year, 12, 28)) {
    return "the substitute day for Boxing Day";
  }
  return "";
}

// The day of the week that `word` names, in full or shortened; Monday for "w/c".
std::optional<absl::Weekday> WeekdayOf(absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  if (lower == "w/c" || lower == "w/b" || lower == "commencing" || lower == "beginning") {
    return absl::Weekday::monday;
  }
  if (lower == "weds") return absl::Weekday::wednesday;
  if (lower.size() < 3) return std::nullopt;
  for (size_t i = 0; i < kWeekdayNames.size(); ++i) {
    if (absl::StartsWith(absl::AsciiStrToLower(kWeekdayNames[i]), lower)) {
      return static_cast<absl::Weekday>(i);
    }
  }
  return std::nullopt;
}

std::optional<absl::CivilDay> DayThatExists(int64_t year, int month, int day) {
  const absl::CivilDay date(year, month, day);
  if (date.month() != month || date.day() != day) return std::nullopt;
  return date;
}

// The day that "19/9" or "19/09/2022" writes; without a year, the one nearest to `near`.
std::optional<absl::CivilDay> DayFirst(absl::string_view word, absl::CivilDay near) {
  const std::vector<std::string> parts = absl::StrSplit(word, '/');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  int day = 0, month = 0, year = 0;
  if (!absl::SimpleAtoi(parts[0], &day) || !absl::SimpleAtoi(parts[1], &month)) {
    return std::nullopt;
  }
  if (parts.size() == 3) {
    if (!absl::SimpleAtoi(parts[2], &year)) return std::nullopt;
    return DayThatExists(year < 100 ? year + 2000 : year, month, day);
  }
  std::optional<absl::CivilDay> nearest;
  for (const int64_t near_year : {near.year() - 1, near.year(), near.year() + 1}) {
    const std::optional<absl::CivilDay> date = DayThatExists(near_year, month, day);
    if (!date.has_value()) continue;
    if (!nearest.has_value() || std::abs(*date - near) < std::abs(*nearest - near)) nearest = date;
  }
  return nearest;
}

}  // namespace

std::optional<absl::CivilDay> ParseRegisterDate(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::array<int, 3> numbers{};
  size_t part = 0;
  for (const char c : text) {
    if (c == '-') {
      ++part;
    } else if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) || part > 2) {
      return std::nullopt;
    } else {
      numbers[part] = numbers[part] * 10 + (c - '0');
    }
  }
  const absl::CivilDay day(numbers[0], numbers[1], numbers[2]);
  if (day.year() != numbers[0] || day.month() != numbers[1] || day.day() != numbers[2]) {
    return std::nullopt;
  }
  if (day.year() < 1000 || day.year() > 2099) return std::nullopt;
  return day;
}

std::optional<absl::CivilDay> ParseDate(absl::string_view text) {
  const std::optional<absl::CivilDay> day = ParseRegisterDate(text);
  return day.has_value() && day->year() >= 2000 ? day : std::nullopt;
}

std::string DateText(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

std::string BankHoliday(absl::CivilDay day) {
  const absl::CivilDay easter = EasterSunday(day.year());
  if (day == easter - 2) return "Good Friday";
  if (day == easter + 1) return "Easter Monday";
  for (const Proclaimed& holiday : ProclaimedHolidays()) {
    if (day == holiday.day) return holiday.name;
  }
  std::string name = WinterHoliday(day);
  return name.empty() ? SpringOrSummerHoliday(day) : name;
}

bool IsWorkingDay(absl::CivilDay day) { return !IsWeekend(day) && BankHoliday(day).empty(); }

absl::CivilDay WorkingDayFrom(absl::CivilDay day) {
  while (!IsWorkingDay(day)) ++day;
  return day;
}

std::string WhyNoWorkingDay(absl::CivilDay day) {
  if (const std::string holiday = BankHoliday(day); !holiday.empty()) {
    return absl::StrCat(DateText(day), " is a bank holiday (", holiday, ")");
  }
  if (IsWeekend(day)) return absl::StrCat(DateText(day), " is a ", WeekdayName(day));
  return "";
}

std::vector<std::string> WeekdayMismatches(absl::string_view words, absl::CivilDay near) {
  std::vector<std::string> mismatches;
  const std::vector<std::string> tokens =
      absl::StrSplit(words, absl::ByAnyChar(" \t\n,;:.()"), absl::SkipEmpty());
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::optional<absl::CivilDay> date = DayFirst(tokens[i + 1], near);
    if (!date.has_value()) continue;
    const std::optional<absl::Weekday> named = WeekdayOf(tokens[i]);
    if (!named.has_value() || *named == absl::GetWeekday(*date)) continue;
    mismatches.push_back(absl::StrCat("\"", tokens[i], " ", tokens[i + 1], "\": ", DateText(*date),
                                      " is a ", WeekdayName(*date)));
  }
  return mismatches;
}

}  // namespace trellis::domain
