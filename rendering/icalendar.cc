#include "rendering/icalendar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "rendering/display.h"

namespace trellis::rendering {
namespace {

// Octets of a line without its CRLF (RFC 5545, 3.1).
constexpr size_t kLineOctetsMax = 75;

// British time as it has been since 1996: an hour ahead from the last Sunday in March, 01:00 UTC,
// to the last Sunday in October, 01:00 UTC. Times of both rules are those on the clock before the
// change. Programs know the zone by its name as well; those that do not, calculate with this.
constexpr absl::string_view kLondon =
    "BEGIN:VTIMEZONE\r\n"
    "TZID:Europe/London\r\n"
    "BEGIN:DAYLIGHT\r\n"
    "TZNAME:BST\r\n"
    "TZOFFSETFROM:+0000\r\n"
    "TZOFFSETTO:+0100\r\n"
    "DTSTART:19960331T010000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "END:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\n"
    "TZNAME:GMT\r\n"
    "TZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0000\r\n"
    "DTSTART:19961027T020000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "END:STANDARD\r\n"
    "END:VTIMEZONE\r\n";

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Appends `line`, which is UTF-8 without line ends, folded: each further part begins with a space,
// which counts among its octets.
void AppendFolded(absl::string_view line, std::string& feed) {
  size_t room = kLineOctetsMax;
  while (line.size() > room) {
    size_t end = room;
    while (ContinuesCharacter(line[end])) --end;
    absl::StrAppend(&feed, line.substr(0, end), "\r\n ");
    line.remove_prefix(end);
    room = kLineOctetsMax - 1;
  }
  absl::StrAppend(&feed, line, "\r\n");
}

// A value of type TEXT (RFC 5545, 3.3.11).
std::string EscapedText(absl::string_view text) {
  std::string escaped;
  for (const char c : CleanText(text)) {
    if (c == '\n') {
      absl::StrAppend(&escaped, "\\n");
      continue;
    }
    if (c == '\\' || c == ';' || c == ',') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

// A value of type URI, which is not escaped as text is.
std::string UriOf(absl::string_view url) {
  std::string uri;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F) {
      uri.push_back(c);
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", byte);
    }
  }
  return uri;
}

void AppendText(absl::string_view property, absl::string_view text, std::string& feed) {
  AppendFolded(absl::StrCat(property, ":", EscapedText(text)), feed);
}

std::string DateValue(absl::CivilDay day) {
  return absl::StrFormat("%04d%02d%02d", day.year(), day.month(), day.day());
}

std::string UtcValue(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

bool IsTimed(const CalendarEntry& entry) {
  return std::holds_alternative<absl::CivilMinute>(entry.start);
}

void AppendTimes(const CalendarEntry& entry, std::string& feed) {
  if (const auto* const day = std::get_if<absl::CivilDay>(&entry.start)) {
    // The end is the first day that is not part of it.
    absl::StrAppend(&feed, "DTSTART;VALUE=DATE:", DateValue(*day), "\r\n");
    absl::StrAppend(&feed, "DTEND;VALUE=DATE:", DateValue(*day + 1), "\r\n");
    return;
  }
  const auto& minute = std::get<absl::CivilMinute>(entry.start);
  absl::StrAppend(&feed, "DTSTART;TZID=Europe/London:", DateValue(absl::CivilDay(minute)),
                  absl::StrFormat("T%02d%02d00\r\n", minute.hour(), minute.minute()));
  // Not an end: in the hour that comes twice a time on the clock would not say which of the two.
  if (entry.minutes > 0) absl::StrAppend(&feed, "DURATION:PT", entry.minutes, "M\r\n");
}

void AppendEntry(const CalendarEntry& entry, const std::string& now, std::string& feed) {
  CHECK(!entry.uid.empty());
  CHECK(entry.sequence >= 0);
  CHECK(entry.minutes >= 0);
  absl::StrAppend(&feed, "BEGIN:VEVENT\r\n");
  AppendText("UID", entry.uid, feed);
  absl::StrAppend(&feed, "DTSTAMP:", now, "\r\n");
  absl::StrAppend(&feed, "LAST-MODIFIED:", UtcValue(entry.last_modified), "\r\n");
  absl::StrAppend(&feed, "SEQUENCE:", entry.sequence, "\r\n");
  AppendTimes(entry, feed);
  AppendText("SUMMARY", entry.summary, feed);
  if (!entry.url.empty()) AppendFolded(absl::StrCat("URL:", UriOf(entry.url)), feed);
  absl::StrAppend(&feed, "STATUS:", entry.cancelled ? "CANCELLED" : "CONFIRMED", "\r\n");
  absl::StrAppend(&feed, "CLASS:PRIVATE\r\n");
  // A review with no time is no reason to refuse every other meeting of that day.
  const bool busy = IsTimed(entry) && !entry.cancelled;
  absl::StrAppend(&feed, "TRANSP:", busy ? "OPAQUE" : "TRANSPARENT", "\r\n");
  absl::StrAppend(&feed, "END:VEVENT\r\n");
}

}  // namespace

std::string CalendarFeed(absl::string_view name, const std::vector<CalendarEntry>& entries,
                         absl::Time now) {
  std::string feed =
      "BEGIN:VCALENDAR\r\n"
      "VERSION:2.0\r\n"
      "PRODID:-//Trellis//Diary//EN\r\n"
      "CALSCALE:GREGORIAN\r\n"
      "METHOD:PUBLISH\r\n";
  // The name and the interval twice: as RFC 7986 says them, and as programs from before it do.
  AppendText("NAME", name, feed);
  AppendText("X-WR-CALNAME", name, feed);
  absl::StrAppend(&feed, "REFRESH-INTERVAL;VALUE=DURATION:PT", kFeedRefreshHours, "H\r\n");
  absl::StrAppend(&feed, "X-PUBLISHED-TTL:PT", kFeedRefreshHours, "H\r\n");
  // A calendar without any component is none (RFC 5545, 3.4): an empty one has the zone alone.
  if (entries.empty() || std::any_of(entries.begin(), entries.end(), IsTimed)) {
    absl::StrAppend(&feed, kLondon);
  }
  const std::string made = UtcValue(now);
  for (const CalendarEntry& entry : entries) AppendEntry(entry, made, feed);
  absl::StrAppend(&feed, "END:VCALENDAR\r\n");
  return feed;
}

}  // namespace trellis::rendering
