#include "proofs/prove.h"

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/merkle.h"

namespace trellis::proofs {
namespace {

constexpr int kTileHeight = 8;

absl::Status OutOfRange(absl::string_view message) {
  return Error(absl::StatusCode::kOutOfRange, "PROOF_OUT_OF_RANGE", message);
}

// The leaves from `begin` to before `end`; not empty. As RFC 6962 cuts trees, `begin` is a multiple
// of the largest power of two within.
struct Range {
  uint64_t begin;
  uint64_t end;

  uint64_t size() const { return end - begin; }
  // Where the left subtree ends.
  uint64_t Middle() const { return begin + std::bit_floor(size() - 1); }
};

// The hashes of the nodes of one tree, from its tiles.
class Nodes {
 public:
  Nodes(uint64_t size, TileReader read) : size_(size), read_(read) {}

  // The root over `range`: one tile if its size is a power of two, and one for each such part if
  // not. The parts beside each other at the tree's end are small, so there are at most 64.
  absl::StatusOr<Digest> Hash(Range range) {
    if (std::has_single_bit(range.size())) return Perfect(range);
    const uint64_t middle = range.Middle();
    ASSIGN_OR_RETURN(const Digest left, Perfect({range.begin, middle}));
    ASSIGN_OR_RETURN(const Digest right, Hash({middle, range.end}));
    return NodeHash(left, right);
  }

 private:
  // The root over 2^h leaves: over 2^(h mod 8) hashes of one tile of level h / 8.
  absl::StatusOr<Digest> Perfect(Range range) {
    const int height = static_cast<int>(std::bit_width(range.size())) - 1;
    const int level = height / kTileHeight;
    const uint64_t first = range.begin >> (kTileHeight * level);
    ASSIGN_OR_RETURN(const std::string* const tile, Read(level, first / kTileWidth));
    std::vector<Digest> hashes(size_t{1} << (height % kTileHeight));
    for (size_t i = 0; i < hashes.size(); ++i) hashes[i] = HashAt(*tile, first % kTileWidth + i);
    return RootOf(hashes);
  }

  absl::StatusOr<const std::string*> Read(int level, uint64_t index) {
    const auto key = std::make_pair(level, index);
    if (const auto found = tiles_.find(key); found != tiles_.end()) return &found->second;
    const TileId id{level, index, TileWidthIn(size_, level, index)};
    ASSIGN_OR_RETURN(std::string hashes, read_(id));
    const size_t want = static_cast<size_t>(id.width) * sizeof(Digest);
    if (hashes.size() < want) {
      return Error(absl::StatusCode::kDataLoss, "TILE_DAMAGED",
                   absl::StrCat(TilePath(id), " has ", hashes.size(), " bytes, want ", want));
    }
    return &tiles_.emplace(key, std::move(hashes)).first->second;
  }

  const uint64_t size_;
  const TileReader read_;
  std::map<std::pair<int, uint64_t>, std::string> tiles_;
};

}  // namespace

absl::StatusOr<Digest> RootAt(uint64_t size, TileReader read) {
  if (size == 0) return EmptyRoot();
  return Nodes(size, read).Hash({0, size});
}

absl::StatusOr<std::vector<Digest>> ProveInclusion(uint64_t index, uint64_t size, TileReader read) {
  if (index >= size) {
    return OutOfRange(absl::StrCat("leaf ", index, " is not in a tree of ", size, " leaves"));
  }
  Nodes nodes(size, read);
  std::vector<Digest> proof;
  Range range{0, size};
  while (range.size() > 1) {
    const uint64_t middle = range.Middle();
    const Range left{range.begin, middle};
    const Range right{middle, range.end};
    ASSIGN_OR_RETURN(const Digest sibling, nodes.Hash(index < middle ? right : left));
    proof.push_back(sibling);
    range = index < middle ? left : right;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<std::vector<Digest>> ProveConsistency(uint64_t old_size, uint64_t new_size,
                                                     TileReader read) {
  if (old_size > new_size) {
    return OutOfRange(absl::StrCat("old size ", old_size, " is above the new size ", new_size));
  }
  std::vector<Digest> proof;
  if (old_size == 0 || old_size == new_size) return proof;
  Nodes nodes(new_size, read);
  Range range{0, new_size};
  // Down to the node at which the old tree ends; the old tree holds all that is left of it.
  while (range.end != old_size) {
    const uint64_t middle = range.Middle();
    const Range left{range.begin, middle};
    const Range right{middle, range.end};
    ASSIGN_OR_RETURN(const Digest sibling, nodes.Hash(old_size <= middle ? right : left));
    proof.push_back(sibling);
    range = old_size <= middle ? left : right;
  }
  // If that is the old tree itself, whoever verifies has its root.
  if (range.begin != 0) {
    ASSIGN_OR_RETURN(const Digest last, nodes.Hash(range));
    proof.push_back(last);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

}  // namespace trellis::proofs
