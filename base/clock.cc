#include "base/clock.h"

namespace trellis {

absl::TimeZone London() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    return absl::LoadTimeZone("Europe/London", &loaded) ? loaded : absl::UTCTimeZone();
  }();
  return zone;
}

absl::CivilDay LondonDay(absl::Time time) { return absl::ToCivilDay(time, London()); }

absl::Time LondonMidnight(absl::CivilDay day) { return absl::FromCivil(day, London()); }

}  // namespace trellis
