#include "audit/tree_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/keys.h"

namespace trellis::audit {
namespace {

// Leaves that are appended together; each time the partial tiles are copied.
constexpr size_t kLeaves = 4096;

std::string NameOf(int level, uint64_t index) {
  return absl::StrCat("tiles: tile ", index, " of level ", level);
}

// The first hash of two tiles that differs.
size_t FirstDifference(absl::string_view a, absl::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  size_t at = 0;
  while (at < common && a[at] == b[at]) ++at;
  return at / sizeof(Digest);
}

}  // namespace

void TreeCheck::Add(const Digest& leaf) {
  if (edge_.size() + waiting_.size() == signed_size_) AppendWaiting();
  waiting_.push_back(leaf);
  if (waiting_.size() == kLeaves) AppendWaiting();
}

void TreeCheck::AppendWaiting() {
  for (proofs::Tile& tile : edge_.Append(waiting_)) {
    if (tile.id.width == proofs::kTileWidth) {
      partial_[static_cast<size_t>(tile.id.level)].reset();
      Compare(tile);
    } else if (tile.id.level > 0) {
      partial_[static_cast<size_t>(tile.id.level)] = std::move(tile);
    }
  }
  waiting_.clear();
  if (edge_.size() == signed_size_) signed_root_ = edge_.Root();
}

void TreeCheck::Compare(const proofs::Tile& tile) {
  ++tiles_;
  const std::string name = NameOf(tile.id.level, tile.id.index);
  rocksdb::PinnableSlice stored;
  const auto found = database_.Get(
      database_.tiles(), eventstore::TileKey(tile.id.level, tile.id.index).slice(), stored);
  if (!found.ok()) {
    findings_.Add(absl::StrCat(name, " cannot be read: ", found.status().message()));
  } else if (!*found) {
    findings_.Add(absl::StrCat(name, " is missing"));
  } else if (eventstore::ToView(stored) != tile.hashes) {
    findings_.Add(absl::StrCat(name, " has ", stored.size() / sizeof(Digest), " hashes, want ",
                               tile.id.width, ", and differs from the records' from hash ",
                               FirstDifference(eventstore::ToView(stored), tile.hashes), " on"));
  }
}

absl::Status TreeCheck::Finish() {
  AppendWaiting();
  for (const std::optional<proofs::Tile>& tile : partial_) {
    if (tile.has_value()) Compare(*tile);
  }
  return database_.Scan(database_.tiles(), [&](absl::string_view key, absl::string_view) {
    if (key.size() != 1 + sizeof(uint64_t)) {
      findings_.Add(absl::StrCat("tiles: the key ", Shown(key), " is no tile's"));
      return;
    }
    const int level = static_cast<unsigned char>(key[0]);
    const auto index = eventstore::LoadBigEndian<uint64_t>(key.data() + 1);
    const bool known = level < proofs::kTileLevels && index <= proofs::kTileIndexMax;
    const int width = known ? proofs::TileWidthIn(size(), level, index) : 0;
    // Of the partial tile of level 0 the records hold the hashes.
    if (width == 0 || (level == 0 && width < proofs::kTileWidth)) {
      findings_.Add(absl::StrCat(NameOf(level, index), " is stored, and the tree has none there"));
    }
  });
}

}  // namespace trellis::audit
