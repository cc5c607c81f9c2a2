// The right edge of a Merkle tree: all that is needed to append to it.
//
// It holds the partial tile of each level (at most 255 hashes) and the roots of the perfect
// subtrees that the tree ends with, at most one for each bit of its size: below 70 KiB for any
// tree. It is a value: who may have to take an append back works on a copy, and keeps it once it
// stands.
//
// Bring the tree back with what was stored, and compare Root() with what was signed: the root
// covers every byte of the edge.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "proofs/tile.h"

namespace trellis::proofs {

class TreeEdge {
 public:
  // The edge of the tree without leaves.
  TreeEdge() = default;

  // The edge of the tree of `size` leaves, from its partial tiles: `read` is asked once for each
  // level that ends with one. Its errors are passed on; DATA_LOSS (TILE_DAMAGED) if a tile is too
  // short. The tile of level 0 may as well be made of leaf hashes that are kept elsewhere: who
  // stores full tiles and the levels above 0 alone writes 64 bytes for a leaf instead of thousands.
  static absl::StatusOr<TreeEdge> Open(uint64_t size, TileReader read);

  uint64_t size() const { return size_; }

  // The root of the tree. One hash for each bit of the size that is 1, less one: at most 63.
  Digest Root() const;

  // Appends leaf hashes: one node hash for each, on average. Returns every tile that changed, with
  // all its hashes and once: the full ones, and the last of a level where it is partial. A tile
  // replaces what stood at its level and index. Crashes if the tree would reach 2^63 leaves.
  std::vector<Tile> Append(absl::Span<const Digest> leaves);

 private:
  void AppendLeaf(const Digest& leaf, std::vector<Tile>& full);
  // Adds a hash to the last tile of `level`; one that is full then goes to `full`.
  void AddToTile(int level, const Digest& hash, std::vector<Tile>& full);
  // The index of the last tile of `level`, if it is partial.
  uint64_t PartialIndex(int level) const { return size_ >> 8 >> (8 * level); }

  uint64_t size_ = 0;
  // [b] is the root of the perfect subtree of 2^b leaves if bit b of size_ is set, and stale if
  // not. The subtrees stand from left to right as the bits do from the highest down.
  std::array<Digest, 64> subtrees_{};
  // The hashes of the last tile of each level, while it is partial.
  std::array<std::string, kTileLevels> partial_;
};

}  // namespace trellis::proofs
