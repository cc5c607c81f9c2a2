// A commit that waits for the committer, made ready on its caller's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/event_log.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

// What a record has besides its payload is counted as this much at least, so that commits of small
// events are limited too. A header of short texts has about 300 bytes.
inline constexpr size_t kRecordBytesMin = 256;

struct WaitingCommit {
  // The next `events` records are for this stream.
  struct Part {
    std::string stream;
    Revision expected_revision = 0;
    size_t events = 0;
  };

  Uuid request_id{};
  Digest fingerprint{};
  // Different streams.
  std::vector<Part> parts;
  // Without what only the committer knows: position, revision, times, event id, leaf digest.
  std::vector<Record> records;
  // About what they take.
  size_t bytes = 0;
  EventLog::Callback done;
  // What `done` will be called with.
  absl::StatusOr<Appended> result;
};

// Checks the commit against the limits, computes its payloads' digests, and makes it ready but for
// `done`. INVALID_ARGUMENT as in EventLog::Append.
absl::StatusOr<std::unique_ptr<WaitingCommit>> Prepare(Commit commit);

}  // namespace trellis::eventstore
