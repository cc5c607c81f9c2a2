// What a backup consists of, as the ledger signed it.
//
//   trellis backup 1
//   ledger NAME
//   key VKEY                          the key that signs, as proofs/key.h writes it
//   number NUMBER                     the backup's, in its directory
//   time YYYY-MM-DDTHH:MM:SS.ffffffZ  when it began
//   position POSITION                 the last that it holds
//   root BASE64                       of the tree over so many records
//   copied FILES BYTES                what the backups before did not have yet
//   file SHA256 BYTES MODIFIED PATH   a line for each file: digest in hex, size, and the time in
//                                     nanoseconds since 1970 when the ledger wrote it
//
// It is the text of a signed note (proofs/note.h). Its second line is no number, so that it can be
// read as no checkpoint. A path is `log.checkpoint`, or `log/`, `queue/` or
// `access/` with a file's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "eventstore/record.h"
#include "proofs/key.h"

namespace trellis::backup {

// Where the checkpoint of the position stands.
inline constexpr char kCheckpointPath[] = "log.checkpoint";

struct ManifestFile {
  std::string path;
  Digest digest{};
  uint64_t bytes = 0;
  int64_t modified_nanos = 0;
};

struct Manifest {
  std::string ledger;
  // Of the ledger's key; nothing only until the manifest is signed.
  std::optional<proofs::VerifierKey> key = std::nullopt;
  // 1, 2, 3 and so on.
  uint64_t number = 0;
  // Microseconds.
  absl::Time time;
  eventstore::Position position = 0;
  Digest root{};
  uint64_t copied_files = 0;
  uint64_t copied_bytes = 0;
  std::vector<ManifestFile> files = {};

  uint64_t bytes() const;
};

// The signed note; sets the manifest's key. RESOURCE_EXHAUSTED (BACKUP_TOO_LARGE) if it has more
// files than a note of proofs::kNoteBytesMax can name: some 4,000, which hold 250 GiB.
absl::StatusOr<std::string> SignManifest(Manifest& manifest, const proofs::SignerKey& key);

// The manifest in the note `bytes`, if the key that it names signed it and is one of `keys`, unless
// there are none of these. INVALID_ARGUMENT: NOTE_MALFORMED, MANIFEST_MALFORMED (not exactly what
// SignManifest writes), SIGNATURE_INVALID, SIGNATURE_MISSING, KEY_MALFORMED.
absl::StatusOr<Manifest> ReadManifest(absl::string_view bytes,
                                      absl::Span<const proofs::VerifierKey> keys);

}  // namespace trellis::backup
