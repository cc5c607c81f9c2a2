// What a program that knows the format reads out of a feed is icalendar_check.py's; here are the
// octets. To make the golden feed anew, and then to READ what changed in it:
// TRELLIS_REWRITE=1 build/debug/tests/rendering_icalendar_test
#include "rendering/icalendar.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rendering/display.h"

namespace trellis::rendering {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

absl::Time Utc(absl::CivilSecond time) { return absl::FromCivil(time, absl::UTCTimeZone()); }

const absl::Time kMade = Utc(absl::CivilSecond(2026, 9, 14, 15, 5, 7));

CalendarEntry Whole(absl::CivilDay day) {
  return {.uid = "3f1c@trellis.example",
          .start = day,
          .summary = "Review meeting",
          .last_modified = Utc(absl::CivilSecond(2026, 9, 1, 8, 0, 0))};
}

CalendarEntry Timed(absl::CivilMinute start, int minutes) {
  CalendarEntry entry = Whole(absl::CivilDay(start));
  entry.start = start;
  entry.minutes = minutes;
  return entry;
}

std::vector<std::string> Lines(const std::string& feed) {
  EXPECT_TRUE(absl::EndsWith(feed, "\r\n"));
  std::vector<std::string> lines = absl::StrSplit(feed, "\r\n");
  lines.pop_back();
  return lines;
}

// The lines as they were before they were folded.
std::vector<std::string> Unfolded(const std::string& feed) {
  return Lines(absl::StrReplaceAll(feed, {{"\r\n ", ""}}));
}

std::vector<std::string> FeedOf(const CalendarEntry& entry) {
  return Unfolded(CalendarFeed("Diary", {entry}, kMade));
}

std::string Value(const std::vector<std::string>& lines, const std::string& property) {
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, absl::StrCat(property, ":"))) {
      return line.substr(property.size() + 1);
    }
  }
  return absl::StrCat("no ", property);
}

std::string Summary(const std::string& summary) {
  CalendarEntry entry = Whole(absl::CivilDay(2026, 9, 16));
  entry.summary = summary;
  return Value(FeedOf(entry), "SUMMARY");
}

TEST(CalendarFeed, IsTheGoldenOne) {
  CalendarEntry moved = Timed(absl::CivilMinute(2026, 10, 5, 15, 30), 45);
  moved.uid = "b2@trellis.example";
  moved.sequence = 2;
  moved.url = "https://trellis.example/d/7Hc2mQ";
  CalendarEntry cancelled = Whole(absl::CivilDay(2026, 12, 31));
  cancelled.uid = "c3@trellis.example";
  cancelled.sequence = 1;
  cancelled.cancelled = true;
  const std::string got =
      CalendarFeed("Diary", {Whole(absl::CivilDay(2026, 9, 16)), moved, cancelled}, kMade);
  const std::string path = "tests/rendering/golden/feed.ics";
  if (std::getenv("TRELLIS_REWRITE") != nullptr) std::ofstream(path, std::ios::binary) << got;
  std::ifstream file(path, std::ios::binary);
  std::stringstream want;
  want << file.rdbuf();
  EXPECT_EQ(got, want.str()) << "if this is as it should be: TRELLIS_REWRITE=1, then read it";
}

// A calendar must have a component; with no entry, that is the zone.
TEST(CalendarFeed, IsAFeedWithoutEntries) {
  const std::vector<std::string> lines = Lines(CalendarFeed("Diary", {}, kMade));
  EXPECT_EQ(lines.front(), "BEGIN:VCALENDAR");
  EXPECT_EQ(lines[1], "VERSION:2.0");
  EXPECT_EQ(lines.back(), "END:VCALENDAR");
  EXPECT_THAT(lines, Contains("BEGIN:VTIMEZONE"));
  EXPECT_THAT(lines, Not(Contains("BEGIN:VEVENT")));
}

TEST(CalendarFeed, HasTheZoneWhereATimeIs) {
  EXPECT_THAT(FeedOf(Whole(absl::CivilDay(2026, 9, 16))), Not(Contains("BEGIN:VTIMEZONE")));
  const std::string both = CalendarFeed(
      "Diary",
      {Whole(absl::CivilDay(2026, 9, 16)), Timed(absl::CivilMinute(2026, 9, 16, 9, 0), 30)}, kMade);
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(both, "BEGIN:VTIMEZONE")).size(), 2u);
}

TEST(CalendarFeed, EndsAWholeDayOnTheNext) {
  const std::vector<std::pair<absl::CivilDay, std::string>> next = {
      {absl::CivilDay(2026, 9, 16), "20260917"},  {absl::CivilDay(2026, 9, 30), "20261001"},
      {absl::CivilDay(2026, 12, 31), "20270101"}, {absl::CivilDay(2028, 2, 28), "20280229"},
      {absl::CivilDay(2026, 3, 29), "20260330"},  {absl::CivilDay(2026, 10, 25), "20261026"}};
  for (const auto& [day, end] : next) {
    const std::vector<std::string> lines = FeedOf(Whole(day));
    EXPECT_EQ(Value(lines, "DTEND;VALUE=DATE"), end);
    EXPECT_EQ(Value(lines, "TRANSP"), "TRANSPARENT");
    EXPECT_EQ(Value(lines, "DURATION"), "no DURATION");
  }
}

// The time on the clock stays the same on either side of a change, and a duration is by a
// stopwatch: nothing in the feed depends on the offset.
TEST(CalendarFeed, KeepsTheTimeOnTheClockAcrossItsChanges) {
  for (const auto& day : {absl::CivilDay(2026, 3, 28), absl::CivilDay(2026, 3, 29),
                          absl::CivilDay(2026, 10, 24), absl::CivilDay(2026, 10, 25)}) {
    const std::vector<std::string> lines = FeedOf(Timed(absl::CivilMinute(day) + 30, 120));
    EXPECT_EQ(
        Value(lines, "DTSTART;TZID=Europe/London"),
        absl::StrCat(absl::StrReplaceAll(absl::FormatCivilTime(day), {{"-", ""}}), "T003000"));
    EXPECT_EQ(Value(lines, "DURATION"), "PT120M");
    EXPECT_EQ(Value(lines, "TRANSP"), "OPAQUE");
  }
}

TEST(CalendarFeed, LeavesOutALengthThatIsNotKnown) {
  const std::vector<std::string> lines = FeedOf(Timed(absl::CivilMinute(2026, 9, 16, 9, 5), 0));
  EXPECT_EQ(Value(lines, "DTSTART;TZID=Europe/London"), "20260916T090500");
  EXPECT_EQ(Value(lines, "DURATION"), "no DURATION");
}

TEST(CalendarFeed, CancelsAppointmentsWithTheSameUid) {
  CalendarEntry entry = Timed(absl::CivilMinute(2026, 9, 16, 9, 0), 30);
  entry.sequence = 7;
  std::vector<std::string> lines = FeedOf(entry);
  EXPECT_EQ(Value(lines, "STATUS"), "CONFIRMED");
  EXPECT_EQ(Value(lines, "SEQUENCE"), "7");
  entry.sequence = 8;
  entry.cancelled = true;
  lines = FeedOf(entry);
  EXPECT_EQ(Value(lines, "STATUS"), "CANCELLED");
  EXPECT_EQ(Value(lines, "SEQUENCE"), "8");
  EXPECT_EQ(Value(lines, "UID"), entry.uid);
  EXPECT_EQ(Value(lines, "TRANSP"), "TRANSPARENT");
}

TEST(CalendarFeed, IsPrivateAndSaysTimesInUtc) {
  const std::vector<std::string> lines = FeedOf(Whole(absl::CivilDay(2026, 9, 16)));
  EXPECT_EQ(Value(lines, "CLASS"), "PRIVATE");
  EXPECT_EQ(Value(lines, "DTSTAMP"), "20260914T150507Z");
  EXPECT_EQ(Value(lines, "LAST-MODIFIED"), "20260901T080000Z");
  EXPECT_EQ(Value(lines, "URL"), "no URL");
}

TEST(CalendarFeed, EscapesText) {
  EXPECT_EQ(Summary(R"(a;b,c\d:e"f)"), R"(a\;b\,c\\d:e"f)");
  EXPECT_EQ(Summary("one\ntwo\r\nthree"), R"(one\ntwo\nthree)");
  // Already escaped text is escaped again: what comes out is what went in.
  EXPECT_EQ(Summary(R"(\n\,)"), R"(\\n\\\,)");
  EXPECT_EQ(Value(Unfolded(CalendarFeed("Mo, Tu; We", {}, kMade)), "X-WR-CALNAME"),
            R"(Mo\, Tu\; We)");
  EXPECT_EQ(Value(Unfolded(CalendarFeed("Mo, Tu; We", {}, kMade)), "NAME"), R"(Mo\, Tu\; We)");
}

TEST(CalendarFeed, LetsNoTextAddALine) {
  CalendarEntry entry = Whole(absl::CivilDay(2026, 9, 16));
  const std::string evil = "x\r\nATTENDEE:mailto:a@b\nX:\rY:\x85\xE2\x80\xA8Z:\x7F";
  entry.uid = evil;
  entry.summary = evil;
  entry.url = evil;
  const std::string feed = CalendarFeed(evil, {entry}, kMade);
  const std::vector<std::string> lines = Unfolded(feed);
  EXPECT_THAT(lines, SizeIs(FeedOf(Whole(absl::CivilDay(2026, 9, 16))).size() + 1));
  EXPECT_EQ(Value(lines, "URL"), "x%0D%0AATTENDEE:mailto:a@b%0AX:%0DY:%85%E2%80%A8Z:%7F");
  for (const std::string& line : lines) {
    EXPECT_THAT(std::vector<char>(line.begin(), line.end()), Each(Not('\n'))) << line;
    EXPECT_EQ(CleanText(line), line);
  }
}

// Each kind of character at each place of a line, so that every one of its bytes comes to stand
// where the line must end.
TEST(CalendarFeed, FoldsBetweenCharacters) {
  for (const std::string character : {"x", "é", "€", "🎓"}) {
    for (size_t before = 0; before < 160; ++before) {
      std::string summary(before, 'x');
      for (int i = 0; i < 60; ++i) absl::StrAppend(&summary, character);
      CalendarEntry entry = Whole(absl::CivilDay(2026, 9, 16));
      entry.summary = summary;
      const std::string feed = CalendarFeed("Diary", {entry}, kMade);
      ASSERT_EQ(Value(Unfolded(feed), "SUMMARY"), summary);
      for (const std::string& line : Lines(feed)) {
        ASSERT_LE(line.size(), 75u) << line;
        ASSERT_EQ(CleanText(line), line) << "cut inside a character";
      }
    }
  }
}

TEST(CalendarFeed, FoldsNoLineThatFits) {
  const std::string fits(75 - sizeof("SUMMARY:") + 1, 'x');
  CalendarEntry entry = Whole(absl::CivilDay(2026, 9, 16));
  entry.summary = fits;
  EXPECT_THAT(Lines(CalendarFeed("Diary", {entry}, kMade)),
              Contains(absl::StrCat("SUMMARY:", fits)));
  entry.summary = fits + "y";
  EXPECT_THAT(CalendarFeed("Diary", {entry}, kMade), HasSubstr(absl::StrCat(fits, "\r\n y\r\n")));
}

TEST(CalendarFeedDeathTest, WantsAUidAndCountsThatAreOnes) {
  CalendarEntry entry = Whole(absl::CivilDay(2026, 9, 16));
  entry.uid = "";
  EXPECT_DEATH(CalendarFeed("Diary", {entry}, kMade), "uid.empty");
  entry = Whole(absl::CivilDay(2026, 9, 16));
  entry.sequence = -1;
  EXPECT_DEATH(CalendarFeed("Diary", {entry}, kMade), "sequence >= 0");
  entry = Timed(absl::CivilMinute(2026, 9, 16, 9, 0), -1);
  EXPECT_DEATH(CalendarFeed("Diary", {entry}, kMade), "minutes >= 0");
}

}  // namespace
}  // namespace trellis::rendering
