#include "witness/collector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/checkpoint.h"
#include "proofs/text.h"
#include "witness/request.h"

namespace trellis::witness {
namespace {

using proofs::Signature;

// So much of an answer stands in an error.
constexpr size_t kShownBytesMax = 200;

absl::Status Failed(const Peer& peer, absl::StatusCode code, absl::string_view reason,
                    absl::string_view what) {
  return Error(code, reason, absl::StrCat("witness ", peer.key.name(), " ", what));
}

std::string Shown(absl::string_view text) {
  return absl::CHexEscape(absl::StripSuffix(text.substr(0, kShownBytesMax), "\n"));
}

// The size in an answer 409; nothing if it is one of the older protocol, where 409 said as well
// that two roots of one size differ.
std::optional<uint64_t> ConflictSize(const Reply& reply) {
  absl::string_view body = reply.body;
  if (reply.content_type != kSizeMediaType || !absl::ConsumeSuffix(&body, "\n")) {
    return std::nullopt;
  }
  return proofs::ReadDecimal(body);
}

absl::StatusOr<Signature> ReadCosignature(const Peer& peer, absl::string_view text,
                                          absl::string_view body) {
  const auto invalid = [&](absl::string_view what) {
    return Failed(peer, absl::StatusCode::kDataLoss, "COSIGNATURE_INVALID", what);
  };
  if (body.size() > kReplyBytesMax) {
    return invalid(absl::StrCat("answered ", body.size(), " bytes, limit ", kReplyBytesMax));
  }
  while (!body.empty()) {
    const size_t end = std::min(body.find('\n'), body.size() - 1) + 1;
    const absl::StatusOr<Signature> line = proofs::ParseSignature(body.substr(0, end));
    if (!line.ok()) return invalid(absl::StrCat("answered no cosignature: ", Shown(body)));
    body.remove_prefix(end);
    if (!peer.key.Made(*line)) continue;
    if (!peer.key.Verifies(text, *line)) return invalid("answered a signature that is not its own");
    return *line;
  }
  return invalid("answered no cosignature of the key that is known");
}

// The error that an answer other than 200 and a size is.
absl::Status Refusal(const Peer& peer, const Reply& reply) {
  const std::string said = absl::StrCat("answered ", reply.status, ": ", Shown(reply.body));
  switch (reply.status) {
    case 409:
    case 422:
      return Failed(peer, absl::StatusCode::kFailedPrecondition, "TREE_INCONSISTENT", said);
    case 400:
    case 403:
    case 404:
    case 413:
      return Failed(peer, absl::StatusCode::kPermissionDenied, "WITNESS_REFUSED", said);
    default:
      return Failed(peer, absl::StatusCode::kUnavailable, "WITNESS_UNAVAILABLE", said);
  }
}

}  // namespace

absl::StatusOr<Signature> Collect(const proofs::Note& checkpoint, Peer& peer, GrowthProver prove,
                                  Sender send) {
  ASSIGN_OR_RETURN(const proofs::Checkpoint read, proofs::ParseCheckpoint(checkpoint.text));
  const std::string url = absl::StrCat(absl::StripSuffix(peer.url, "/"), "/add-checkpoint");
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (peer.size > read.size) {
      return Failed(peer, absl::StatusCode::kFailedPrecondition, "WITNESS_AHEAD",
                    absl::StrCat("has cosigned size ", peer.size, " of ", read.origin,
                                 ", and the checkpoint has ", read.size));
    }
    AddCheckpointRequest request{peer.size, {}, checkpoint};
    if (peer.size > 0) {
      ASSIGN_OR_RETURN(request.proof, prove(peer.size));
    }
    ASSIGN_OR_RETURN(const Reply reply, send(url, FormatRequest(request)));
    if (reply.status == 200) {
      ASSIGN_OR_RETURN(Signature cosignature, ReadCosignature(peer, checkpoint.text, reply.body));
      peer.size = read.size;
      return cosignature;
    }
    const std::optional<uint64_t> size =
        reply.status == 409 ? ConflictSize(reply) : std::optional<uint64_t>();
    if (!size.has_value() || *size == peer.size) return Refusal(peer, reply);
    peer.size = *size;
  }
  return Failed(peer, absl::StatusCode::kUnavailable, "WITNESS_UNAVAILABLE",
                absl::StrCat("said another size ", kAttemptsMax, " times, ", peer.size, " last"));
}

absl::Status AddCosignature(const Signature& cosignature, proofs::Note& checkpoint) {
  const auto same = [&](const Signature& other) {
    return other.key_id == cosignature.key_id && other.key_name == cosignature.key_name;
  };
  std::erase_if(checkpoint.signatures, same);
  if (checkpoint.signatures.size() >= proofs::kNoteSignaturesMax) {
    return Error(absl::StatusCode::kResourceExhausted, "NOTE_MALFORMED",
                 absl::StrCat("note has ", checkpoint.signatures.size(), " signatures, limit ",
                              proofs::kNoteSignaturesMax));
  }
  checkpoint.signatures.push_back(cosignature);
  return absl::OkStatus();
}

}  // namespace trellis::witness
