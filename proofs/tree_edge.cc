#include "proofs/tree_edge.h"

#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/merkle.h"

namespace trellis::proofs {
namespace {

constexpr uint64_t kSizeMax = uint64_t{1} << 63;
constexpr int kTileHeight = 8;

std::vector<Digest> HashesOf(absl::string_view tile) {
  std::vector<Digest> hashes;
  for (size_t i = 0; i < tile.size() / sizeof(Digest); ++i) hashes.push_back(HashAt(tile, i));
  return hashes;
}

}  // namespace

absl::StatusOr<TreeEdge> TreeEdge::Open(uint64_t size, TileReader read) {
  CHECK(size < kSizeMax);
  TreeEdge edge;
  edge.size_ = size;
  for (int level = 0; level < kTileLevels; ++level) {
    const auto width = static_cast<int>(size >> (kTileHeight * level) & (kTileWidth - 1));
    if (width == 0) continue;
    const TileId id{level, edge.PartialIndex(level), width};
    ASSIGN_OR_RETURN(std::string hashes, read(id));
    const size_t bytes = static_cast<size_t>(width) * sizeof(Digest);
    if (hashes.size() < bytes) {
      return Error(absl::StatusCode::kDataLoss, "TILE_DAMAGED",
                   absl::StrCat(TilePath(id), " has ", hashes.size(), " bytes, want ", bytes));
    }
    hashes.resize(bytes);
    const std::vector<Digest> nodes = HashesOf(hashes);
    absl::Span<const Digest> left = nodes;
    while (!left.empty()) {
      // The bits of the width from the highest down, as the subtrees stand.
      const size_t leaves = std::bit_floor(left.size());
      const int height = kTileHeight * level + std::countr_zero(leaves);
      edge.subtrees_[static_cast<size_t>(height)] = RootOf(left.first(leaves));
      left.remove_prefix(leaves);
    }
    edge.partial_[static_cast<size_t>(level)] = std::move(hashes);
  }
  return edge;
}

Digest TreeEdge::Root() const {
  if (size_ == 0) return EmptyRoot();
  uint64_t bits = size_;
  Digest root = subtrees_[static_cast<size_t>(std::countr_zero(bits))];
  for (bits &= bits - 1; bits != 0; bits &= bits - 1) {
    root = NodeHash(subtrees_[static_cast<size_t>(std::countr_zero(bits))], root);
  }
  return root;
}

std::vector<Tile> TreeEdge::Append(absl::Span<const Digest> leaves) {
  CHECK(leaves.size() < kSizeMax - size_);
  const uint64_t before = size_;
  std::vector<Tile> changed;
  for (const Digest& leaf : leaves) AppendLeaf(leaf, changed);
  for (int level = 0; level < kTileLevels; ++level) {
    const uint64_t nodes = size_ >> (kTileHeight * level);
    if (nodes == before >> (kTileHeight * level)) break;
    const std::string& hashes = partial_[static_cast<size_t>(level)];
    if (hashes.empty()) continue;
    const auto width = static_cast<int>(hashes.size() / sizeof(Digest));
    changed.push_back({{level, PartialIndex(level), width}, hashes});
  }
  return changed;
}

void TreeEdge::AppendLeaf(const Digest& leaf, std::vector<Tile>& full) {
  Digest root = leaf;
  int height = 0;
  AddToTile(0, leaf, full);
  while ((size_ >> height & 1) != 0) {
    root = NodeHash(subtrees_[static_cast<size_t>(height)], root);
    ++height;
    if (height % kTileHeight == 0) AddToTile(height / kTileHeight, root, full);
  }
  subtrees_[static_cast<size_t>(height)] = root;
  ++size_;
}

void TreeEdge::AddToTile(int level, const Digest& hash, std::vector<Tile>& full) {
  std::string& hashes = partial_[static_cast<size_t>(level)];
  const absl::string_view bytes = AsBytes(hash);
  hashes.append(bytes.data(), bytes.size());
  if (hashes.size() < kTileWidth * sizeof(Digest)) return;
  // size_ does not count the leaf yet that filled the tile, so its index is still the partial
  // one's.
  full.push_back({{level, PartialIndex(level), kTileWidth}, std::move(hashes)});
  hashes.clear();
}

}  // namespace trellis::proofs
