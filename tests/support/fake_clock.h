// A clock that a test sets.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "base/clock.h"

namespace trellis::testing {

// Stands still until it is moved. Thread-safe.
class FakeClock final : public Clock {
 public:
  // Begins on Monday, 3 October 2022, at 9:00 in London.
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }

  void Advance(absl::Duration time) { micros_ += absl::ToInt64Microseconds(time); }

 private:
  std::atomic<int64_t> micros_ = 1'664'784'000'000'000;
};

}  // namespace trellis::testing
