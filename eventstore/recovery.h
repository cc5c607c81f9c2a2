// What an opened database says about where the log ends.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "eventstore/database.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

struct LogEnd {
  Position last_position = 0;
  // The last record's; 1970 if there is none.
  absl::Time last_recorded_at = absl::UnixEpoch();
};

// The end of the log. Checks the last record and that the indexes have it, and reads nothing else.
// The errors of EventLog::Open.
absl::StatusOr<LogEnd> FindEnd(const Database& database);

}  // namespace trellis::eventstore
