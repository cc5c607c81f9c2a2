#include "witness/request.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/text.h"
#include "proofs/verify.h"

namespace trellis::witness {
namespace {

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "WITNESS_REQUEST_MALFORMED",
               absl::StrCat("request ", message));
}

}  // namespace

std::string FormatRequest(const AddCheckpointRequest& request) {
  CHECK(request.proof.size() <= proofs::kProofHashesMax);
  std::string bytes = absl::StrCat("old ", request.old_size, "\n");
  for (const Digest& hash : request.proof) {
    absl::StrAppend(&bytes, absl::Base64Escape(AsBytes(hash)), "\n");
  }
  absl::StrAppend(&bytes, "\n", proofs::FormatNote(request.checkpoint));
  return bytes;
}

absl::StatusOr<AddCheckpointRequest> ParseRequest(absl::string_view bytes) {
  if (bytes.size() > kRequestBytesMax) {
    return Malformed(absl::StrCat("has ", bytes.size(), " bytes, limit ", kRequestBytesMax));
  }
  absl::string_view rest = bytes;
  std::optional<absl::string_view> line = proofs::TakeLine(rest);
  if (!line.has_value() || !absl::ConsumePrefix(&*line, "old ")) {
    return Malformed("does not begin with a line of \"old\", a space and a size");
  }
  const std::optional<uint64_t> old_size = proofs::ReadDecimal(*line);
  if (!old_size.has_value()) {
    return Malformed("has an old size that is not a decimal number below 2^64");
  }
  AddCheckpointRequest request{*old_size, {}, {}};
  while ((line = proofs::TakeLine(rest)).has_value() && !line->empty()) {
    if (request.proof.size() == proofs::kProofHashesMax) {
      return Malformed(absl::StrCat("has over ", proofs::kProofHashesMax, " hashes"));
    }
    const std::optional<Digest> hash = proofs::ReadBase64Digest(*line);
    if (!hash.has_value()) {
      return Malformed(
          absl::StrCat("has hash ", request.proof.size() + 1, ", which is not base64 of 32 bytes"));
    }
    request.proof.push_back(*hash);
  }
  if (!line.has_value()) return Malformed("has no empty line before its checkpoint");
  ASSIGN_OR_RETURN(request.checkpoint, proofs::ParseNote(rest));
  return request;
}

}  // namespace trellis::witness
