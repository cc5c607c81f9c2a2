// Evidence bundles: all that was recorded in one stream, with what proves it, in one zip file that
// is checked without Trellis' server. docs/evidence.md shows what is in it.
//
// A bundle is a pure function of what is signed: the records, the proofs and the checkpoint. The
// page, the lines, the keys' policy, the list of digests and the README all follow from them, so
// that whoever has these can make every byte of the bundle again.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "eventstore/record.h"
#include "evidence/zip.h"
#include "proofs/key.h"
#include "proofs/note.h"

namespace trellis::evidence {

// What the events of a bundle may have in all: enough for 10,000 events of 1.6 KiB, and
// a bundle some four times as large is made in memory.
inline constexpr size_t kRecordBytesMax = 16 * 1024 * 1024;

// What a bundle is made of.
struct Evidence {
  // The revisions 1 to n of one stream, at least one. Their payloads are the events, opened.
  std::vector<eventstore::Record> records;
  // salts[i] was sealed with records[i]; empty if it was not sealed.
  std::vector<std::string> salts;
  // proofs[i] leads from records[i] to the root of the checkpoint.
  std::vector<std::vector<Digest>> proofs;
  // Signed by the ledger, and by those witnesses that are known.
  proofs::Note checkpoint;
  // keys[i] made checkpoint.signatures[i].
  std::vector<proofs::VerifierKey> keys;
};

// The names of members that stand once in every bundle, and what those of an event are called.
inline constexpr char kReadme[] = "README.txt";
inline constexpr char kPage[] = "page.html";
inline constexpr char kLines[] = "events.jsonl";
inline constexpr char kCheckpoint[] = "checkpoint";
inline constexpr char kPolicy[] = "policy.txt";
inline constexpr char kDigests[] = "SHA256SUMS";
// `records/00001.header` of revision 1; kinds are header, salt, event, entry,
// tlog-proof.
std::string RecordFile(uint64_t revision, absl::string_view kind);

// The members of the bundle, in order. FAILED_PRECONDITION (EVIDENCE_TOO_LARGE) beyond
// kRecordBytesMax, or the limits of a zip file; EVENT_UNREADABLE, EVENT_TOO_NEW of an event.
// The records are believed: see Tell in trail.h.
absl::StatusOr<std::vector<ZipMember>> MembersOf(const Evidence& evidence);

// The bundle's bytes; the same evidence, the same bytes. Errors as above.
absl::StatusOr<std::string> WriteBundle(const Evidence& evidence);

// `digest  name` of each member, in the form of sha256sum.
std::string DigestsOf(const std::vector<ZipMember>& members);

// The file that says whose signatures are under the checkpoint, as C2SP tlog-policy writes it:
// every key, and a quorum of all the witnesses.
std::string PolicyOf(const std::vector<proofs::VerifierKey>& keys);

}  // namespace trellis::evidence
