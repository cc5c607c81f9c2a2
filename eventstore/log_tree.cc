#include "eventstore/log_tree.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"
#include "proofs/prove.h"

namespace trellis::eventstore {
namespace {

constexpr size_t kHashBytes = sizeof(Digest);

// The leaf digests of `width` records from leaf `first` on, as the records hold them.
absl::StatusOr<std::string> HashesOfRecords(const Database& database, uint64_t first, int width) {
  const PositionBytes begin(first + 1);
  const std::unique_ptr<rocksdb::Iterator> records(
      database.db().NewIterator(rocksdb::ReadOptions(), database.log()));
  std::string hashes;
  records->Seek(begin.slice());
  for (Position position = first + 1; position <= first + static_cast<uint64_t>(width);
       ++position, records->Next()) {
    if (!records->status().ok()) return database.Unreadable(records->status());
    if (!records->Valid() || records->key() != PositionBytes(position).slice() ||
        records->value().size() < kHashBytes) {
      return database.Damaged(absl::StrCat("position ", position, " holds no record"));
    }
    absl::StrAppend(&hashes, LeafBytesOf(ToView(records->value())));
  }
  return hashes;
}

auto TilesOf(const Database& database) {
  return [&database](const proofs::TileId& id) { return ReadTileHashes(database, id); };
}

}  // namespace

absl::StatusOr<std::string> ReadTileHashes(const Database& database, const proofs::TileId& id) {
  if (id.level == 0 && id.width < proofs::kTileWidth) {
    return HashesOfRecords(database, id.index * proofs::kTileWidth, id.width);
  }
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found,
                   database.Get(database.tiles(), TileKey(id.level, id.index).slice(), value));
  if (!found || value.size() < static_cast<size_t>(id.width) * kHashBytes) {
    return database.Damaged(absl::StrCat("tile ", id.index, " of level ", id.level, " holds ",
                                         found ? value.size() / kHashBytes : 0, " hashes, want ",
                                         id.width));
  }
  return value.ToString();
}

absl::StatusOr<Digest> RootOfFirst(const Database& database, Position size) {
  return proofs::RootAt(size, TilesOf(database));
}

absl::StatusOr<LogTree> LogTree::Open(const Database& database, Position size) {
  ASSIGN_OR_RETURN(proofs::TreeEdge edge, proofs::TreeEdge::Open(size, TilesOf(database)));
  return LogTree(std::move(edge));
}

void LogTree::Append(const Database& database, absl::Span<const Digest> leaves,
                     rocksdb::WriteBatch& batch) {
  for (const proofs::Tile& tile : edge_.Append(leaves)) {
    if (tile.id.level == 0 && tile.id.width < proofs::kTileWidth) continue;
    CHECK(batch.Put(database.tiles(), TileKey(tile.id.level, tile.id.index).slice(), tile.hashes)
              .ok());
  }
}

}  // namespace trellis::eventstore
