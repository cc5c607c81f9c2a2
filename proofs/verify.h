// Checking proofs: that a leaf is in a tree, and that a tree only grew. Needs nothing but the
// proof.
//
// Any input is answered: sizes up to 2^64 - 1, proofs of any length. A proof has one right length
// for its sizes, and every other is refused: a verifier that looked at a part only could be shown
// two histories. Refusals are INVALID_ARGUMENT with reason PROOF_INVALID. Pure and thread-safe.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/digest.h"

namespace trellis::proofs {

// The longest proof for any two sizes below 2^63. Who reads a proof from outside reads no more.
inline constexpr size_t kProofHashesMax = 63;

// OK if `leaf` is leaf `index` (from 0) of the tree of `size` leaves with `root`; `proof` is the
// siblings from the leaf up. RFC 9162 section 2.1.3.2. Size and root have to come from one signed
// checkpoint: sizes at which the way to the leaf has one shape cannot be told apart here.
absl::Status VerifyInclusion(const Digest& leaf, uint64_t index, uint64_t size,
                             absl::Span<const Digest> proof, const Digest& root);

// OK if the tree of `old_size` leaves with `old_root` is the beginning of that of `new_size` with
// `new_root`. RFC 9162 section 2.1.4.2; beyond it, an empty tree (whose root has to be EmptyRoot())
// is the beginning of every other, and equal sizes want equal roots, both with an empty proof.
absl::Status VerifyConsistency(uint64_t old_size, const Digest& old_root, uint64_t new_size,
                               const Digest& new_root, absl::Span<const Digest> proof);

}  // namespace trellis::proofs
