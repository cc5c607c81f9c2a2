// Writes feeds, and beside each what it should say, for icalendar_check.py to compare.
//
//   icalendar_feeds FOLDER
//
// The description of a feed is taken from the arguments, not from the feed; the times in UTC come
// from the time zone database, not from the zone that the feed carries.
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "rendering/icalendar.h"
#include "tests/support/seed.h"

namespace trellis::rendering {
namespace {

using Json = google::protobuf::Struct;

absl::TimeZone London() {
  absl::TimeZone zone;
  CHECK(absl::LoadTimeZone("Europe/London", &zone));
  return zone;
}

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S", time, absl::UTCTimeZone());
}

Json Describe(const CalendarEntry& entry) {
  Json json;
  const auto set = [&](const char* name, const std::string& value) {
    (*json.mutable_fields())[name].set_string_value(value);
  };
  set("uid", entry.uid);
  set("summary", entry.summary);
  set("url", entry.url);
  set("sequence", absl::StrCat(entry.sequence));
  set("status", entry.cancelled ? "CANCELLED" : "CONFIRMED");
  set("last_modified", UtcText(entry.last_modified));
  if (const auto* const day = std::get_if<absl::CivilDay>(&entry.start)) {
    set("day", absl::FormatCivilTime(*day));
    return json;
  }
  const auto& start = std::get<absl::CivilMinute>(entry.start);
  const absl::TimeZone::TimeInfo info = London().At(absl::CivilSecond(start));
  set("start", absl::FormatCivilTime(absl::CivilSecond(start)));
  // For a time that is skipped, `pre` is the one with the offset before the change.
  set("start_utc", UtcText(info.pre));
  set("minutes", absl::StrCat(entry.minutes));
  return json;
}

void Write(const std::string& path, const std::string& name,
           const std::vector<CalendarEntry>& entries, absl::Time now) {
  Json json;
  (*json.mutable_fields())["name"].set_string_value(name);
  (*json.mutable_fields())["now"].set_string_value(UtcText(now));
  auto& list = *(*json.mutable_fields())["entries"].mutable_list_value();
  for (const CalendarEntry& entry : entries) {
    *list.add_values()->mutable_struct_value() = Describe(entry);
  }
  std::string text;
  CHECK(google::protobuf::util::MessageToJsonString(json, &text).ok());
  std::ofstream(absl::StrCat(path, ".json"), std::ios::binary) << text;
  std::ofstream(absl::StrCat(path, ".ics"), std::ios::binary) << CalendarFeed(name, entries, now);
}

class Lots {
 public:
  explicit Lots(uint64_t seed) : engine_(seed) {}

  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(engine_); }

  // Text of so many parts, among them all that the format escapes. After a backslash stands a z,
  // and after a % no 2C: Debian's parser unescapes some pairs twice.
  std::string Text(int parts) {
    static const std::vector<std::string> kParts = {
        "a",           "B",   "7", " ", "  ", "é",  "ß", "€",  "–", "’", "日", "🎓",
        "👩‍🏫", "\\z", ";", ",", ":",  "\"", "'", "\n", "%", "=", "^",  "BEGIN:VEVENT"};
    std::string text = "x";
    for (int i = 0; i < parts; ++i) {
      absl::StrAppend(&text, kParts[static_cast<size_t>(Below(static_cast<int>(kParts.size())))]);
    }
    return absl::StrCat(text, "x");
  }

  CalendarEntry Entry(int number) {
    CalendarEntry entry;
    entry.uid = absl::StrCat(number, "-", Below(1 << 30), "@trellis.example");
    entry.sequence = Below(3) == 0 ? Below(1 << 30) : Below(3);
    entry.cancelled = Below(4) == 0;
    entry.summary = Below(3) == 0 ? "Review meeting" : Text(Below(120));
    if (Below(2) == 0) entry.url = absl::StrCat("https://trellis.example/d/", Below(1 << 30));
    const absl::CivilDay day = absl::CivilDay(2000, 1, 1) + Below(36'000);
    entry.start = day;
    if (Below(2) == 0) {
      entry.start = absl::CivilMinute(day) + Below(24 * 60);
      entry.minutes = Below(3) == 0 ? 0 : Below(3'000);
    }
    entry.last_modified = absl::FromUnixSeconds(1'600'000'000 + Below(1 << 28));
    return entry;
  }

 private:
  std::mt19937_64 engine_;
};

// Appointments at each half hour of the nights in which the clocks change.
std::vector<CalendarEntry> ChangesOfTheClocks() {
  std::vector<CalendarEntry> entries;
  for (const auto& night : {absl::CivilDay(2026, 3, 29), absl::CivilDay(2026, 10, 25),
                            absl::CivilDay(2000, 3, 26), absl::CivilDay(2099, 10, 25)}) {
    for (int half_hour = -2; half_hour < 8; ++half_hour) {
      entries.push_back({.uid = absl::StrCat(entries.size(), "@trellis.example"),
                         .start = absl::CivilMinute(night) + 30 * half_hour,
                         .minutes = 90,
                         .summary = "Review meeting",
                         .last_modified = absl::UnixEpoch()});
    }
  }
  return entries;
}

void WriteAll(const std::string& folder) {
  Lots lots(testing::Seed());
  const absl::Time now = absl::FromUnixSeconds(1'789'398'307);
  Write(folder + "/empty", "Diary", {}, now);
  Write(folder + "/clocks", "Diary", ChangesOfTheClocks(), now);
  for (int feed = 0; feed < 20; ++feed) {
    std::vector<CalendarEntry> entries;
    for (int i = 0; i < 40; ++i) entries.push_back(lots.Entry(i));
    Write(absl::StrCat(folder, "/random", feed), lots.Text(lots.Below(80)), entries, now);
  }
}

}  // namespace
}  // namespace trellis::rendering

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: icalendar_feeds FOLDER\n";
    return 2;
  }
  trellis::rendering::WriteAll(argv[1]);
}
