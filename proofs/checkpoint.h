// Checkpoints: the size and root of a log, as the text of a signed note (C2SP tlog-checkpoint).
//
//   origin
//   size in decimal
//   root in base64
//   (extension lines, if any)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace trellis::proofs {

struct Checkpoint {
  // Which log; not empty. A log signs with a key of this name.
  std::string origin;
  uint64_t size = 0;
  Digest root{};
  // Lines that the log signed as well, and that nobody can check: ours has none.
  std::vector<std::string> extensions;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text to sign. Crashes if a line is empty or holds a line feed.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

// Reads the text of a note. INVALID_ARGUMENT (CHECKPOINT_MALFORMED) unless it is what
// FormatCheckpoint writes: a size without leading zeros below 2^64, a root of 32 bytes, no empty
// line.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

}  // namespace trellis::proofs
