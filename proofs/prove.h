// Making proofs from tiles, for the tree as it is or as it was at any size before.
//
// `read` gives the tiles of a tree that has at least the size asked for; each is read once for a
// proof, and no more than two of a level. Tiles are believed: a wrong one makes a
// proof that does not verify. Errors: those of `read`; DATA_LOSS (TILE_DAMAGED) if it gives too few
// hashes; OUT_OF_RANGE (PROOF_OUT_OF_RANGE) if there is no such leaf or no such older tree.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "proofs/tile.h"

namespace trellis::proofs {

// The root of the tree of `size` leaves.
absl::StatusOr<Digest> RootAt(uint64_t size, TileReader read);

// That leaf `index` (from 0) is in the tree of `size` leaves: for VerifyInclusion.
absl::StatusOr<std::vector<Digest>> ProveInclusion(uint64_t index, uint64_t size, TileReader read);

// That the tree of `new_size` leaves begins with that of `old_size`: for VerifyConsistency. Empty
// if the sizes are equal or the old one is 0.
absl::StatusOr<std::vector<Digest>> ProveConsistency(uint64_t old_size, uint64_t new_size,
                                                     TileReader read);

}  // namespace trellis::proofs
