// RFC 6962 section 2.1, word for word: what everything else is compared with. Slow on purpose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/digest.h"
#include "proofs/tile.h"
#include "proofs/tree_edge.h"

namespace trellis::proofs::testing {

using Entries = absl::Span<const std::string>;
using Proof = std::vector<Digest>;

// "k be the largest power of two smaller than n".
inline size_t LargestPowerBelow(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[n]).
inline Digest Mth(Entries d) {
  if (d.empty()) return Sha256("");
  if (d.size() == 1) return Sha256(std::string(1, '\0') + d[0]);
  const size_t k = LargestPowerBelow(d.size());
  const Digest left = Mth(d.first(k));
  const Digest right = Mth(d.subspan(k));
  return Sha256(absl::StrCat("\x01", AsBytes(left), AsBytes(right)));
}

inline Proof With(Proof proof, const Digest& last) {
  proof.push_back(last);
  return proof;
}

// PATH(m, D[n]).
inline Proof Path(size_t m, Entries d) {
  if (d.size() == 1) return {};
  const size_t k = LargestPowerBelow(d.size());
  if (m < k) return With(Path(m, d.first(k)), Mth(d.subspan(k)));
  return With(Path(m - k, d.subspan(k)), Mth(d.first(k)));
}

// SUBPROOF(m, D[n], b).
inline Proof Subproof(size_t m, Entries d, bool b) {
  if (m == d.size()) return b ? Proof{} : Proof{Mth(d)};
  const size_t k = LargestPowerBelow(d.size());
  if (m <= k) return With(Subproof(m, d.first(k), b), Mth(d.subspan(k)));
  return With(Subproof(m - k, d.subspan(k), false), Mth(d.first(k)));
}

// The entry with `index` of the tests' trees.
inline std::string EntryOf(size_t index) { return absl::StrCat("entry ", index); }

inline std::vector<std::string> EntriesUpTo(size_t size) {
  std::vector<std::string> entries;
  for (size_t i = 0; i < size; ++i) entries.push_back(EntryOf(i));
  return entries;
}

// Leaf hashes straight from the definition.
inline std::vector<Digest> LeavesUpTo(size_t size) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < size; ++i) leaves.push_back(Mth({EntryOf(i)}));
  return leaves;
}

// Tiles as a store keeps them: by level and index, each the newest.
class StoredTiles {
 public:
  void Put(const std::vector<Tile>& tiles) {
    for (const Tile& tile : tiles) {
      CHECK(tile.hashes.size() == static_cast<size_t>(tile.id.width) * sizeof(Digest));
      tiles_[{tile.id.level, tile.id.index}] = tile.hashes;
    }
  }
  absl::StatusOr<std::string> Read(const TileId& id) const {
    const auto found = tiles_.find({id.level, id.index});
    if (found == tiles_.end()) return absl::NotFoundError(TilePath(id));
    return found->second;
  }
  const std::map<std::pair<int, uint64_t>, std::string>& all() const { return tiles_; }

  friend bool operator==(const StoredTiles&, const StoredTiles&) = default;

 private:
  std::map<std::pair<int, uint64_t>, std::string> tiles_;
};

}  // namespace trellis::proofs::testing
