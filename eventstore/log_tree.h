// The Merkle tree over the log: leaf number p - 1 is of the record at position p.
//
// What is stored are the full tiles, and the partial ones of the levels above 0, in the same batch
// as the records that they cover. The hashes of the last partial tile of level 0 are those in the
// records themselves: so a leaf costs some 64 bytes of disk, and not a tile for each group.
#pragma once

#include <rocksdb/write_batch.h>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eventstore/database.h"
#include "eventstore/record.h"
#include "proofs/tile.h"
#include "proofs/tree_edge.h"

namespace trellis::eventstore {

// The hashes of a tile, at least `id.width` of them, for a tree that reaches so far. DATA_LOSS
// (LOG_DAMAGED) if they are not there; UNAVAILABLE (LOG_UNREADABLE). Thread-safe.
absl::StatusOr<std::string> ReadTileHashes(const Database& database, const proofs::TileId& id);

// The root of the tree of the first `size` records, which are there. The errors of ReadTileHashes.
absl::StatusOr<Digest> RootOfFirst(const Database& database, Position size);

// The end of the tree, to which groups are appended. Not thread-safe.
class LogTree {
 public:
  // The tree of the first `size` records. The errors of ReadTileHashes.
  static absl::StatusOr<LogTree> Open(const Database& database, Position size);

  // Appends `leaves` and adds the tiles that change to `batch`.
  void Append(const Database& database, absl::Span<const Digest> leaves,
              rocksdb::WriteBatch& batch);

  Position size() const { return edge_.size(); }
  Digest Root() const { return edge_.Root(); }

 private:
  explicit LogTree(proofs::TreeEdge edge) : edge_(std::move(edge)) {}

  proofs::TreeEdge edge_;
};

}  // namespace trellis::eventstore
