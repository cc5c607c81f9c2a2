// A person's diary as an iCalendar feed (RFC 5545), for calendar programs that subscribe to it.
//
// Pure, thread-safe. School calendars are shared and shown on screens, and programs keep to
// CLASS:PRIVATE as they please: the feed says what it is given and nothing more, so no name of a
// person, no standard and no "support plan" belongs in a feed's name or in a summary.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace trellis::rendering {

// How often the feed asks programs to look again. Most keep to their own rhythm.
inline constexpr int kFeedRefreshHours = 1;

// One appointment.
struct CalendarEntry {
  // Who the appointment is, for its whole life and in all feeds of all people: a program that meets
  // another uid adds an appointment. Not empty; of at most some 200 characters, such as
  // "{uuid}@{host}". Each once in a feed.
  std::string uid;
  // 0, and one more each time the appointment moves or is cancelled or comes back: programs keep
  // what they have until a higher number comes. Not negative.
  int64_t sequence = 0;
  // A cancelled appointment stays in the feed: programs strike it out or remove it then. One that
  // is left out stays for ever in the programs that had it.
  bool cancelled = false;
  // A whole day where no time is known, else the time on a clock in Europe/London. Of the years
  // 2000 to 2099. A time that the clocks skip in March is the one an hour later, and of the two
  // that they show twice in October it is the first, as RFC 5545 has it.
  std::variant<absl::CivilDay, absl::CivilMinute> start;
  // How long an appointment with a time takes, by a stopwatch, in minutes; 0 where that is not
  // known. Not negative. A whole day has none.
  int minutes = 0;
  // One neutral line such as "Review meeting".
  std::string summary;
  // Where the reader is led, as an opaque address; empty for none.
  std::string url = {};
  // When the appointment was last changed.
  absl::Time last_modified;
};

// The feed as text/calendar in UTF-8, its lines ended by CRLF and folded at 75 octets, never inside
// a character. `name` is what programs call it; `entries` stand in the order given; `now` is when
// the feed is made, and the same arguments make the same bytes. Bytes that are no UTF-8 and control
// characters become U+FFFD, and what no address may hold is percent-encoded in `url`: no text can
// add a line of its own. A whole day does not make its person look busy.
std::string CalendarFeed(absl::string_view name, const std::vector<CalendarEntry>& entries,
                         absl::Time now);

}  // namespace trellis::rendering
