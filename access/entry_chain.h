// The chain of the access log: each entry has a digest over its bytes and the digest before it, so
// that none can be changed, taken out or put in without all that follow.
//
//   first   SHA-256("trellis access log v1\n" ledger), the digest before number 1
//   entry   SHA-256("trellis access entry v1\n" previous:32 bytes), of the bytes as stored
//   reason  SHA-256("trellis access reason v1\n" salt:16 reason)
//
// The bytes of an entry hold the digest of its reason, not the reason: that can be forgotten, with
// its salt, and the chain still holds. Pure.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "trellis/v1/access_log.pb.h"

namespace trellis::access {

// 16 random bytes: nobody tries them all to guess a short reason.
inline constexpr size_t kSaltBytes = 16;

// Where the chain ends, and the digest there: what a ledger can keep as proof of all before. Number
// 0: nothing was recorded yet.
struct Head {
  int64_t number = 0;
  Digest digest{};
};

// What a ledger has recorded of the log: where it ended, and the number of the last entry that age
// had been let drop by then.
struct Anchor {
  Head head;
  int64_t dropped = 0;
};

// As the ledger's event has it.
Anchor AnchorOf(const v1::AccessAnchor& recorded);

// What comes before number 1 in the chain of `ledger`.
Digest FirstDigest(absl::string_view ledger);
// The digest of the entry with these bytes, after one with digest `previous`.
Digest EntryDigest(const Digest& previous, absl::string_view bytes);
// The digest of a reason; `salt` has kSaltBytes.
Digest ReasonDigest(absl::string_view salt, absl::string_view reason);

}  // namespace trellis::access
