// What is asked of a witness: to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`).
//
//   old <decimal>             the size of the tree that the witness cosigned last
//   <base64 of 32 bytes>      0 to 63 lines: that the checkpoint's tree begins with that one
//   (an empty line)
//   the checkpoint, a signed note
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "proofs/note.h"

namespace trellis::witness {

// The largest request that is read. 63 hashes are 3 KiB; what is left is room for a checkpoint with
// 16 signatures of 2,420 bytes, the longest kind there is.
inline constexpr size_t kRequestBytesMax = 64 * 1024;

struct AddCheckpointRequest {
  uint64_t old_size = 0;
  // At most proofs::kProofHashesMax.
  std::vector<Digest> proof;
  proofs::Note checkpoint;
};

// The request's bytes. Crashes if the proof is too long, or the note is none (FormatNote).
std::string FormatRequest(const AddCheckpointRequest& request);

// Reads a request and believes nothing of it. INVALID_ARGUMENT: WITNESS_REQUEST_MALFORMED, or
// NOTE_MALFORMED of the checkpoint.
absl::StatusOr<AddCheckpointRequest> ParseRequest(absl::string_view bytes);

}  // namespace trellis::witness
