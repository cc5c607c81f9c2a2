// A record: an event as stored. The log knows its bytes, its order and who asked for it, and
// nothing of what it means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace trellis::eventstore {

// An event's place in the ledger: 1, 2, 3 and so on without a gap. 0: before the first.
using Position = uint64_t;
// An event's place in its stream: 1, 2, 3 and so on. 0: the stream does not exist yet.
using Revision = uint64_t;

// Who gave a command, as the log keeps it: ids only, because a header is never erased.
struct Origin {
  // `people/{uuid}`; at most 255 bytes.
  std::string actor;
  // The number of the capacity in which they acted.
  uint8_t capacity = 0;
  // The request that the events came with.
  Uuid request_id{};
  // What the request belongs to, and what caused it; zero if unknown.
  Uuid correlation_id{};
  Uuid causation_id{};
};

struct Header {
  Position position = 0;
  std::string stream;
  Revision revision = 0;
  // The event's type, such as `trellis.v1.ConcernRaised`.
  std::string type;
  Uuid event_id{};
  // Microseconds. Never goes back from one position to the next.
  absl::Time recorded_at;
  Origin origin;
  // The position of the first event of the same commit, and how many events the commit has.
  Position commit_first = 0;
  uint32_t commit_size = 0;
  // The key that the payload is sealed under; zero: it is not.
  Uuid subject_key_id{};
  // How many bytes the payload has as stored, and their SHA-256.
  uint32_t payload_bytes = 0;
  Digest payload_digest{};
  // SHA-256 of the event's bytes, behind a salt that is sealed with them: whoever is shown both
  // knows that this event was recorded, and nobody guesses it from this. Of an event that is not
  // sealed there is no salt.
  Digest event_digest{};
};

struct Record {
  Header header;
  // The event message's bytes as they were written, never serialised again; or, with a
  // subject_key_id, what they were sealed to.
  std::string payload;
  // SHA-256 of the header as stored: what stands in the tree's entry beside the position.
  Digest header_digest{};
  // What the Merkle tree holds of the record: see record_format.h.
  Digest leaf_digest{};
};

}  // namespace trellis::eventstore
