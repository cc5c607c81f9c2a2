// Tiles: a Merkle tree cut into pieces of 256 hashes that are written once (C2SP tlog-tiles).
//
// Tile n of level l holds the hashes number 256n to 256n + 255 of the nodes over 256^l leaves each:
// level 0 the leaf hashes, level 1 one hash for each full tile of level 0, and so on. The last tile
// of a level has what there is: 1 to 255 hashes. Entries are in bundles, which are cut alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace trellis::proofs {

// Hashes of a full tile, entries of a full bundle.
inline constexpr int kTileWidth = 256;
// A tree of fewer than 2^64 leaves has tiles of the levels 0 to 7.
inline constexpr int kTileLevels = 8;
// What a path may say; those above 7 are of no tree.
inline constexpr int kTileLevelMax = 63;
// In place of a level: the bundle of entries.
inline constexpr int kEntries = -1;
// The last index of level 0 in a tree of 2^64 leaves. So index and width never overflow.
inline constexpr uint64_t kTileIndexMax = (uint64_t{1} << 56) - 1;

// The place of a tile.
struct TileId {
  int level = 0;  // 0 to kTileLevelMax, or kEntries.
  uint64_t index = 0;
  int width = kTileWidth;  // 1 to kTileWidth; less than it: a partial tile.

  friend bool operator==(const TileId&, const TileId&) = default;
};

// A tile with its hashes, 32 bytes each.
struct Tile {
  TileId id;
  std::string hashes;
};

// Gives the hashes of a tile, at least as many as its width: a partial tile is the beginning of
// what stands in its place later, which may be given for it.
using TileReader = absl::FunctionRef<absl::StatusOr<std::string>(const TileId&)>;

// `tile/0/x001/x234/067`, `tile/1/000.p/17`, `tile/entries/000`. Crashes if `id` is no place.
std::string TilePath(const TileId& id);

// The place that `path` names. INVALID_ARGUMENT (TILE_PATH_INVALID) unless it is exactly what
// TilePath writes: no other spelling of a number, no slash more.
absl::StatusOr<TileId> ParseTilePath(absl::string_view path);

// How many hashes tile `index` of `level` (or bundle, with kEntries) has in a tree of `size`
// leaves: 0 to kTileWidth. Tiles with 0 do not exist.
int TileWidthIn(uint64_t size, int level, uint64_t index);

// Hash number `position` of `hashes`, which has as many.
Digest HashAt(absl::string_view hashes, size_t position);

// The longest entry, since its length is two bytes.
inline constexpr size_t kEntryBytesMax = 65535;

// Appends an entry to a bundle: its length as two bytes, the higher first, and its bytes. Crashes
// if it is longer than kEntryBytesMax.
void AppendEntry(absl::string_view entry, std::string& bundle);

// The entries of `bundle`, 1 to kTileWidth; valid as long as its bytes. INVALID_ARGUMENT
// (BUNDLE_MALFORMED) if it has none, more, or ends within one.
absl::StatusOr<std::vector<absl::string_view>> ParseBundle(absl::string_view bundle);

}  // namespace trellis::proofs
