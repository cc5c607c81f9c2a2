#include "domain/working_days.h"

#include "base/check.h"
#include "domain/dates.h"

namespace trellis::domain {

int CountWorkingDays(absl::CivilDay first, absl::CivilDay last) {
  int count = 0;
  for (absl::CivilDay day = first; day <= last; ++day) count += IsWorkingDay(day);
  return count;
}

absl::CivilDay DeadlineWithin(int count, absl::CivilDay day) {
  CHECK(count >= 1);
  absl::CivilDay deadline = WorkingDayFrom(day);
  for (int counted = 1; counted < count; ++counted) deadline = WorkingDayFrom(deadline + 1);
  return deadline;
}

}  // namespace trellis::domain
