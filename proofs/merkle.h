// The hashes of a Merkle tree: RFC 6962 section 2.1, with SHA-256. Pure and thread-safe.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/digest.h"

namespace trellis::proofs {

// SHA-256 of nothing: the root of a tree without leaves.
Digest EmptyRoot();

// SHA-256(0x00 followed by `entry`). Leaves and nodes begin with different bytes, so that no leaf
// can be taken for a node.
Digest LeafHash(absl::string_view entry);

// SHA-256(0x01 followed by `left` and `right`).
Digest NodeHash(const Digest& left, const Digest& right);

// The root of the tree over `leaves`, which are leaf hashes. Hashes each node once: as many as
// there are leaves, less one.
Digest RootOf(absl::Span<const Digest> leaves);

}  // namespace trellis::proofs
