#include "proofs/tlog_proof.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/merkle.h"
#include "proofs/text.h"
#include "proofs/verify.h"

namespace trellis::proofs {
namespace {

constexpr char kHeader[] = "c2sp.org/tlog-proof@v1";
constexpr char kExtra[] = "extra ";
constexpr char kIndex[] = "index ";

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "PROOF_MALFORMED",
               absl::StrCat("proof file ", message));
}

// Reads `index` and, before it, `extra` if there is one.
absl::Status ReadHead(absl::string_view& rest, TlogProof& proof) {
  if (TakeLine(rest) != absl::string_view(kHeader)) {
    return Malformed(absl::StrCat("does not begin with the line ", kHeader));
  }
  std::optional<absl::string_view> line = TakeLine(rest);
  if (line.has_value() && absl::ConsumePrefix(&*line, kExtra)) {
    proof.extra = ReadBase64(*line);
    if (!proof.extra.has_value() || proof.extra->empty()) {
      return Malformed("has an extra line that is not base64 of at least one byte");
    }
    line = TakeLine(rest);
  }
  if (!line.has_value() || !absl::ConsumePrefix(&*line, kIndex)) {
    return Malformed("has no line `index <decimal>` where it is due");
  }
  const std::optional<uint64_t> index = ReadDecimal(*line);
  if (!index.has_value()) {
    return Malformed("has an index that is not decimal, below 2^64, without leading zeros");
  }
  proof.index = *index;
  return absl::OkStatus();
}

// Reads the hashes and the empty line behind them.
absl::Status ReadHashes(absl::string_view& rest, TlogProof& proof) {
  for (;;) {
    const std::optional<absl::string_view> line = TakeLine(rest);
    if (!line.has_value()) return Malformed("ends before its checkpoint");
    if (line->empty()) return absl::OkStatus();
    const std::optional<Digest> hash = ReadBase64Digest(*line);
    if (!hash.has_value()) {
      return Malformed(absl::StrCat("has as hash ", proof.hashes.size(),
                                    " a line that is not base64 of 32 bytes"));
    }
    if (proof.hashes.size() == kProofHashesMax) {
      return Malformed(absl::StrCat("has over ", kProofHashesMax, " hashes"));
    }
    proof.hashes.push_back(*hash);
  }
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string bytes = absl::StrCat(kHeader, "\n");
  if (proof.extra.has_value()) {
    absl::StrAppend(&bytes, kExtra, absl::Base64Escape(*proof.extra), "\n");
  }
  absl::StrAppend(&bytes, kIndex, proof.index, "\n");
  for (const Digest& hash : proof.hashes) {
    absl::StrAppend(&bytes, absl::Base64Escape(AsBytes(hash)), "\n");
  }
  absl::StrAppend(&bytes, "\n", FormatNote(proof.checkpoint));
  CHECK(ParseTlogProof(bytes).ok());
  return bytes;
}

absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view bytes) {
  if (bytes.size() > kTlogProofBytesMax) {
    return Malformed(absl::StrCat("has ", bytes.size(), " bytes, limit ", kTlogProofBytesMax));
  }
  TlogProof proof;
  absl::string_view rest = bytes;
  RETURN_IF_ERROR(ReadHead(rest, proof));
  RETURN_IF_ERROR(ReadHashes(rest, proof));
  ASSIGN_OR_RETURN(proof.checkpoint, ParseNote(rest));
  return proof;
}

absl::StatusOr<Checkpoint> VerifyTlogProof(const TlogProof& proof, absl::string_view entry,
                                           absl::Span<const VerifierKey> logs,
                                           const Policy& policy) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, VerifyCheckpoint(proof.checkpoint, logs, policy));
  const absl::Status included =
      VerifyInclusion(LeafHash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  if (!included.ok()) {
    return Error(included.code(), ErrorReason(included),
                 absl::StrCat("inclusion: ", included.message()));
  }
  return checkpoint;
}

}  // namespace trellis::proofs
