// Signed notes: a text, and who signed it (C2SP signed-note).
//
//   text, whose last line ends with a line feed
//   (an empty line)
//   — name base64(key id, 4 bytes, and signature)      one line for each signature
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proofs/key.h"

namespace trellis::proofs {

// The largest note that is read. 64 signatures of any kind known today fit beside the text.
inline constexpr size_t kNoteBytesMax = 512 * 1024;
// The most signatures that are read. The rule is at least 16: a log's and a witness group's, and
// room for keys that change.
inline constexpr size_t kNoteSignaturesMax = 64;

struct Note {
  // Ends with a line feed. May hold empty lines; those are not where the signatures begin.
  std::string text;
  // In the order of the note; at least one.
  std::vector<Signature> signatures;
};

// Reads a note and believes nothing: signatures are not verified, and `text` must not be used
// before. INVALID_ARGUMENT (NOTE_MALFORMED) if it is too large, not UTF-8, has control characters
// but line feeds, no signature or too many, or a line among them that is none.
absl::StatusOr<Note> ParseNote(absl::string_view bytes);

// The note's bytes. Crashes unless ParseNote reads them back.
std::string FormatNote(const Note& note);

// The line of one signature, with its line feed: what a witness answers.
std::string FormatSignature(const Signature& signature);
// Reads such a line. NOTE_MALFORMED as above.
absl::StatusOr<Signature> ParseSignature(absl::string_view line);

// Which of `keys` signed the note. Signatures of other keys say nothing and are passed over; they
// are other if name or id differs. INVALID_ARGUMENT (SIGNATURE_INVALID) if one of a known key does
// not verify, whatever the others do. A key that signed twice counts once. Element i is of keys[i].
absl::StatusOr<std::vector<bool>> VerifySignatures(const Note& note,
                                                   absl::Span<const VerifierKey> keys);

}  // namespace trellis::proofs
