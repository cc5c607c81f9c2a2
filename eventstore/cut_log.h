// Makes of a log the beginning of it, as a log of another name: what a ledger was at a position.
//
// Of another name, since whoever has the old name has signed what comes after: a log that went on
// from here under that name would sign a second history.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "eventstore/event_log.h"

namespace trellis::eventstore {

// Takes everything after position `last` out of the log, which nobody has open and which was
// checked before: records, index rows and tiles, from the disk's files too. The ledger's name is
// `name` then; the file of its checkpoint is left as it is. If it fails the directory is worth
// nothing. OUT_OF_RANGE (POSITION_OUT_OF_RANGE) unless `last` is 1 to the last position;
// INVALID_ARGUMENT (POSITION_WITHIN_COMMIT) unless a commit ends with it, metadata before, after;
// the errors of EventLog::Open.
absl::Status CutLog(const EventLogOptions& options, Position last, const std::string& name);

}  // namespace trellis::eventstore
