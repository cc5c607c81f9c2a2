// Bytes as the path of a tile, and as a bundle of entries: one spelling of each.
#include "proofs/tile.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {
namespace {

void TryPath(absl::string_view path) {
  const auto id = proofs::ParseTilePath(path);
  CheckError(id.status());
  if (!id.ok()) return;
  CHECK(proofs::TilePath(*id) == path);
  CHECK(id->width >= 1 && id->width <= proofs::kTileWidth);
  CHECK(id->level >= proofs::kEntries && id->level <= proofs::kTileLevelMax);
  CHECK(id->index <= proofs::kTileIndexMax);
  const int level = id->level > 7 ? 7 : id->level;
  const int width = proofs::TileWidthIn(UINT64_MAX, level, id->index);
  CHECK(width >= 0 && width <= proofs::kTileWidth);
}

void TryBundle(absl::string_view bytes) {
  const auto entries = proofs::ParseBundle(bytes);
  CheckError(entries.status());
  if (!entries.ok()) return;
  CHECK(!entries->empty() && entries->size() <= size_t{proofs::kTileWidth});
  std::string again;
  for (const absl::string_view entry : *entries) proofs::AppendEntry(entry, again);
  CHECK(again == bytes);
}

}  // namespace

void Try(absl::string_view bytes) {
  TryPath(bytes);
  TryBundle(bytes);
}

}  // namespace trellis::fuzz
