#include "proofs/handover.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/note.h"

namespace trellis::proofs {
namespace {

std::string Text(const Handover& handover) {
  return absl::StrCat("trellis key handover 1\nledger ", handover.from.name(), "\nfrom ",
                      handover.from.ToString(), "\nto ", handover.to.ToString(), "\n");
}

absl::Status Malformed(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "HANDOVER_MALFORMED",
               absl::StrCat("the handover of a key ", what));
}

bool IsPair(const VerifierKey& from, const VerifierKey& to) {
  return from.name() == to.name() && from != to && from.type() == KeyType::kNote &&
         to.type() == KeyType::kNote;
}

bool Has(const std::vector<VerifierKey>& keys, const VerifierKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// Adds `next` if `believed` has `speaker`.
void Follow(const VerifierKey& speaker, const VerifierKey& next,
            std::vector<VerifierKey>& believed) {
  if (Has(believed, speaker) && !Has(believed, next)) believed.push_back(next);
}

}  // namespace

std::string SignHandover(const SignerKey& from, const SignerKey& to) {
  CHECK(IsPair(from.verifier(), to.verifier()));
  const std::string text = Text({from.verifier(), to.verifier()});
  return FormatNote({text, {from.Sign(text), to.Sign(text)}});
}

absl::StatusOr<Handover> ReadHandover(absl::string_view note) {
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  const std::vector<absl::string_view> lines = absl::StrSplit(parsed.text, '\n');
  constexpr size_t kFrom = 2, kTo = 3, kLines = 5;
  if (lines.size() != kLines) return Malformed("has not four lines");
  absl::string_view from = lines[kFrom], to = lines[kTo];
  if (!absl::ConsumePrefix(&from, "from ") || !absl::ConsumePrefix(&to, "to ")) {
    return Malformed("does not say from which key to which");
  }
  ASSIGN_OR_RETURN(const VerifierKey old_key, VerifierKey::Parse(from));
  ASSIGN_OR_RETURN(const VerifierKey new_key, VerifierKey::Parse(to));
  Handover handover{old_key, new_key};
  if (!IsPair(old_key, new_key)) return Malformed("is not between two keys of one ledger");
  if (Text(handover) != parsed.text) return Malformed("is not as it is written");
  const VerifierKey both[] = {old_key, new_key};
  ASSIGN_OR_RETURN(const std::vector<bool> signed_by, VerifySignatures(parsed, both));
  if (signed_by[0] && signed_by[1]) return handover;
  return Error(absl::StatusCode::kInvalidArgument, "SIGNATURE_MISSING",
               absl::StrCat("the handover of a key is not signed by ",
                            (signed_by[0] ? new_key : old_key).ToString()));
}

std::vector<VerifierKey> KeysThrough(absl::Span<const VerifierKey> known,
                                     absl::Span<const Handover> handovers) {
  std::vector<VerifierKey> later(known.begin(), known.end());
  for (const Handover& handover : handovers) Follow(handover.from, handover.to, later);
  std::vector<VerifierKey> earlier(known.begin(), known.end());
  for (auto handover = handovers.rbegin(); handover != handovers.rend(); ++handover) {
    Follow(handover->to, handover->from, earlier);
  }
  for (const VerifierKey& key : earlier) {
    if (!Has(later, key)) later.push_back(key);
  }
  return later;
}

}  // namespace trellis::proofs
