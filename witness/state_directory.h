// What a witness remembers: the checkpoint it cosigned last, of each log, in a file of its own.
//
//   witness               the public key of the witness whose directory it is, a line
//   <OriginHash>          the checkpoint with its log's signatures and the witness's own
//   <OriginHash>.tmp      what a power cut left of the next one: means nothing
//
// A witness that forgets could be shown a second history, and cosign it. So a key and its directory
// belong together: neither is taken without the other. Other files are not looked at.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proofs/key.h"
#include "witness/rules.h"

namespace trellis::witness {

// A checkpoint that was cosigned.
struct Cosigned {
  TreeHead head;
  // The note's bytes.
  std::string note;
};

class StateDirectory {
 public:
  // For a new key, before it is written anywhere: makes the directory at `path` if it is missing
  // (not those above it) and makes it the witness's. FAILED_PRECONDITION (WITNESS_STATE_FOREIGN) if
  // it holds checkpoints already; otherwise as Open.
  static absl::StatusOr<std::unique_ptr<StateDirectory>> Create(const std::string& path,
                                                                const proofs::VerifierKey& witness);

  // Opens the directory of `witness` and keeps every other process out of it. FAILED_PRECONDITION:
  // WITNESS_STATE_MISSING if it is not there or was never made a witness's, WITNESS_STATE_FOREIGN
  // if it is another witness's, WITNESS_STATE_IN_USE. DATA_LOSS (WITNESS_STATE_DAMAGED) if a file
  // does not hold a checkpoint of its log that this witness cosigned. UNAVAILABLE
  // (WITNESS_STATE_UNWRITABLE) if the disk refuses.
  static absl::StatusOr<std::unique_ptr<StateDirectory>> Open(const std::string& path,
                                                              const proofs::VerifierKey& witness);
  ~StateDirectory();
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  // What was there when it was opened, by OriginHash.
  const std::map<std::string, Cosigned>& found() const { return found_; }

  // Replaces the file of a log. Once this is OK, `note` is there after a power cut; until then it
  // or what was there before is, and never a part. UNAVAILABLE (WITNESS_STATE_UNWRITABLE). For
  // different logs from any thread at once; for one log one at a time.
  absl::Status Save(const std::string& origin_hash, absl::string_view note) const;

 private:
  StateDirectory(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  static absl::StatusOr<std::unique_ptr<StateDirectory>> Lock(const std::string& path);
  absl::Status CheckOwner(const proofs::VerifierKey& witness) const;
  absl::Status Load(const proofs::VerifierKey& witness);
  absl::Status Failed(absl::string_view name, absl::string_view what) const;
  absl::Status Write(const std::string& name, absl::string_view bytes) const;
  absl::StatusOr<std::string> Read(const std::string& name) const;

  const std::string path_;
  const int descriptor_;  // Of the directory; holds the lock.
  std::map<std::string, Cosigned> found_;
};

}  // namespace trellis::witness
