// The Merkle tree, made anew from the leaves of the records, beside the tiles that are stored.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "audit/findings.h"
#include "base/digest.h"
#include "eventstore/database.h"
#include "proofs/tree_edge.h"

namespace trellis::audit {

// Not thread-safe.
class TreeCheck {
 public:
  // Both must outlive it. `signed_size` is that of the checkpoint whose root is wanted.
  TreeCheck(const eventstore::Database& database, uint64_t signed_size, Findings& findings)
      : database_(database), signed_size_(signed_size), findings_(findings) {}

  // The leaf of the next position.
  void Add(const Digest& leaf);
  // There are no more leaves: looks for tiles that the tree has not. The errors of
  // Database::Scan.
  absl::Status Finish();

  uint64_t size() const { return edge_.size(); }
  Digest Root() const { return edge_.Root(); }
  // How many tiles are stored of it.
  uint64_t tiles() const { return tiles_; }
  // The root of the first `signed_size` leaves; nothing if there are fewer.
  const std::optional<Digest>& signed_root() const { return signed_root_; }

 private:
  void AppendWaiting();
  void Compare(const proofs::Tile& tile);

  const eventstore::Database& database_;
  const uint64_t signed_size_;
  Findings& findings_;
  proofs::TreeEdge edge_;
  std::vector<Digest> waiting_;
  // The last tile of each level above 0, if it is partial.
  std::array<std::optional<proofs::Tile>, proofs::kTileLevels> partial_;
  std::optional<Digest> signed_root_;
  uint64_t tiles_ = 0;
};

}  // namespace trellis::audit
