#include "access/entry_chain.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace trellis::access {

Anchor AnchorOf(const v1::AccessAnchor& recorded) {
  Anchor anchor{.head = {.number = recorded.number(), .digest = {}}, .dropped = recorded.dropped()};
  std::copy_n(recorded.digest().begin(),
              std::min(recorded.digest().size(), anchor.head.digest.size()),
              anchor.head.digest.begin());
  return anchor;
}

Digest FirstDigest(absl::string_view ledger) { return Sha256("trellis access log v1\n", ledger); }

Digest EntryDigest(const Digest& previous, absl::string_view bytes) {
  return Sha256(absl::StrCat("trellis access entry v1\n", AsBytes(previous)), bytes);
}

Digest ReasonDigest(absl::string_view salt, absl::string_view reason) {
  CHECK(salt.size() == kSaltBytes);
  return Sha256(absl::StrCat("trellis access reason v1\n", salt), reason);
}

}  // namespace trellis::access
