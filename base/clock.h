// The only source of time. Tests bring their own.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace trellis {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time now.
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// Europe/London: the schools' time zone. UTC where the machine has no time zone data.
absl::TimeZone London();

// The calendar day that it is in London at `time`.
absl::CivilDay LondonDay(absl::Time time);

// When that day begins in London.
absl::Time LondonMidnight(absl::CivilDay day);

}  // namespace trellis
