#include "proofs/tree_edge.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "gtest/gtest.h"
#include "proofs/merkle.h"
#include "tests/proofs/oracle.h"
#include "tests/support/seed.h"

namespace trellis::proofs {
namespace {

using testing::StoredTiles;

constexpr size_t kLeaves = 70'000;

const std::vector<Digest>& Leaves() {
  static const std::vector<Digest> leaves = testing::LeavesUpTo(kLeaves);
  return leaves;
}

absl::Span<const Digest> LeavesBetween(size_t begin, size_t end) {
  return absl::MakeSpan(Leaves()).subspan(begin, end - begin);
}

absl::StatusOr<TreeEdge> Reopened(uint64_t size, const StoredTiles& tiles) {
  return TreeEdge::Open(size, [&](const TileId& id) { return tiles.Read(id); });
}

// The tiles of the tree of `size` leaves, from the definition: each hash the root over its leaves.
StoredTiles TilesByDefinition(size_t size) {
  StoredTiles tiles;
  size_t span = 1;
  for (int level = 0; level < kTileLevels && size / span > 0; ++level, span *= 256) {
    const size_t nodes = size / span;
    for (size_t first = 0; first < nodes; first += 256) {
      Tile tile{{level, first / 256, static_cast<int>(std::min<size_t>(256, nodes - first))}, ""};
      for (size_t node = first; node < std::min(nodes, first + 256); ++node) {
        const Digest hash = RootOf(LeavesBetween(node * span, (node + 1) * span));
        tile.hashes.append(AsBytes(hash).data(), hash.size());
      }
      tiles.Put({tile});
    }
  }
  return tiles;
}

TEST(TreeEdge, OneByOneHasEveryRoot) {
  TreeEdge edge;
  EXPECT_EQ(edge.Root(), EmptyRoot());
  for (size_t size = 1; size <= 1100; ++size) {
    edge.Append(LeavesBetween(size - 1, size));
    ASSERT_EQ(edge.size(), size);
    ASSERT_EQ(edge.Root(), RootOf(LeavesBetween(0, size))) << size;
  }
}

TEST(TreeEdge, AppendingNothingChangesNothing) {
  TreeEdge edge;
  EXPECT_TRUE(edge.Append({}).empty());
  edge.Append(LeavesBetween(0, 300));
  const Digest root = edge.Root();
  EXPECT_TRUE(edge.Append({}).empty());
  EXPECT_EQ(edge.Root(), root);
}

TEST(TreeEdge, HasTheTilesOfTheDefinition) {
  for (const size_t size :
       {1U, 255U, 256U, 257U, 511U, 512U, 513U, 65'535U, 65'536U, 65'537U, 70'000U}) {
    TreeEdge edge;
    StoredTiles tiles;
    tiles.Put(edge.Append(LeavesBetween(0, size)));
    EXPECT_TRUE(tiles == TilesByDefinition(size)) << size;
    EXPECT_EQ(edge.Root(), RootOf(LeavesBetween(0, size))) << size;
  }
}

TEST(TreeEdge, GivesTheTilesOfTheExample) {
  TreeEdge edge;
  std::map<std::pair<int, int>, int> count;  // By level and width.
  for (const Tile& tile : edge.Append(LeavesBetween(0, 70'000))) {
    ++count[{tile.id.level, tile.id.width}];
  }
  EXPECT_EQ(count, (std::map<std::pair<int, int>, int>{
                       {{0, 256}, 273}, {{0, 112}, 1}, {{1, 256}, 1}, {{1, 17}, 1}, {{2, 1}, 1}}));
}

TEST(TreeEdge, GivesEachTileOnceAndOnlyWhatChanged) {
  TreeEdge edge;
  StoredTiles before;
  for (size_t size = 0; size < 3000; size += 61) {
    StoredTiles after = before;
    const std::vector<Tile> changed = edge.Append(LeavesBetween(size, size + 61));
    std::set<std::pair<int, uint64_t>> seen;
    for (const Tile& tile : changed) {
      EXPECT_TRUE(seen.insert({tile.id.level, tile.id.index}).second);
      EXPECT_EQ(tile.id.width, TileWidthIn(edge.size(), tile.id.level, tile.id.index));
      const auto old = before.all().find({tile.id.level, tile.id.index});
      if (old == before.all().end()) continue;
      EXPECT_GT(tile.hashes.size(), old->second.size());
      // What is there stays: an old partial tile is the beginning of the new one.
      EXPECT_EQ(tile.hashes.substr(0, old->second.size()), old->second);
    }
    after.Put(changed);
    EXPECT_TRUE(after == TilesByDefinition(edge.size()));
    before = after;
  }
}

// However leaves are grouped, and whenever the process starts again, the tree is the same.
TEST(TreeEdge, GroupsAndRestartsMakeNoDifference) {
  std::mt19937_64 random(trellis::testing::Seed());
  for (int round = 0; round < 4; ++round) {
    TreeEdge edge;
    StoredTiles tiles;
    while (edge.size() < kLeaves) {
      const size_t most = random() % 3 == 0 ? 500 : 3000;
      const size_t group = std::min<size_t>(1 + random() % most, kLeaves - edge.size());
      tiles.Put(edge.Append(LeavesBetween(edge.size(), edge.size() + group)));
      if (random() % 4 == 0) {
        const absl::StatusOr<TreeEdge> reopened = Reopened(edge.size(), tiles);
        ASSERT_TRUE(reopened.ok()) << reopened.status();
        ASSERT_EQ(reopened->Root(), edge.Root()) << edge.size();
        edge = *reopened;
      }
    }
    static const StoredTiles expected = TilesByDefinition(kLeaves);
    EXPECT_TRUE(tiles == expected);
    EXPECT_EQ(edge.Root(), RootOf(Leaves()));
  }
}

TEST(TreeEdge, ACopyCanBeDiscarded) {
  TreeEdge edge;
  StoredTiles tiles;
  tiles.Put(edge.Append(LeavesBetween(0, 500)));
  const Digest root = edge.Root();
  {
    TreeEdge attempt = edge;
    attempt.Append(LeavesBetween(1000, 1900));
  }
  EXPECT_EQ(edge.size(), 500U);
  EXPECT_EQ(edge.Root(), root);
  tiles.Put(edge.Append(LeavesBetween(500, 1200)));
  EXPECT_TRUE(tiles == TilesByDefinition(1200));
}

TEST(TreeEdge, ReadsOnePartialTileOfALevel) {
  StoredTiles tiles;
  tiles.Put(TreeEdge().Append(Leaves()));
  std::vector<std::string> read;
  ASSERT_TRUE(TreeEdge::Open(70'000, [&](const TileId& id) {
                read.push_back(TilePath(id));
                return tiles.Read(id);
              }).ok());
  EXPECT_EQ(read,
            (std::vector<std::string>{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}));
}

// After a crash, tiles may be there that no signed size knows of: the old edge is in them.
TEST(TreeEdge, OpensAtAnOlderSizeFromNewerTiles) {
  StoredTiles tiles;
  tiles.Put(TreeEdge().Append(LeavesBetween(0, 3000)));
  for (const size_t size : {0U, 1U, 255U, 256U, 257U, 2999U, 3000U}) {
    const absl::StatusOr<TreeEdge> edge = Reopened(size, tiles);
    ASSERT_TRUE(edge.ok()) << edge.status();
    EXPECT_EQ(edge->Root(), RootOf(LeavesBetween(0, size)));
    StoredTiles onwards = TilesByDefinition(size);
    onwards.Put(TreeEdge(*edge).Append(LeavesBetween(size, 3000)));
    EXPECT_TRUE(onwards == tiles) << size;
  }
}

TEST(TreeEdge, TheRootCoversEveryByteOfTheEdge) {
  StoredTiles tiles;
  TreeEdge edge;
  tiles.Put(edge.Append(LeavesBetween(0, 1000)));
  for (const auto& [level, index, bytes] :
       std::vector<std::tuple<int, uint64_t, size_t>>{{0, 3, 232 * 32}, {1, 0, 3 * 32}}) {
    for (size_t i = 0; i < bytes; i += 31) {
      const absl::StatusOr<TreeEdge> damaged =
          TreeEdge::Open(1000, [&, level = level, index = index](const TileId& id) {
            absl::StatusOr<std::string> hashes = tiles.Read(id);
            if (id.level == level && id.index == index) (*hashes)[i] ^= 4;
            return hashes;
          });
      ASSERT_TRUE(damaged.ok());
      EXPECT_NE(damaged->Root(), edge.Root());
    }
  }
}

TEST(TreeEdge, SaysWhichTileIsMissingOrShort) {
  StoredTiles tiles;
  tiles.Put(TreeEdge().Append(LeavesBetween(0, 300)));
  EXPECT_EQ(Reopened(600, tiles).status().message(), "tile/0/002.p/88");
  const absl::StatusOr<TreeEdge> shorter = Reopened(301, tiles);
  EXPECT_EQ(shorter.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ErrorReason(shorter.status()), "TILE_DAMAGED");
  EXPECT_EQ(shorter.status().message(), "tile/0/001.p/45 has 1408 bytes, want 1440");
}

}  // namespace
}  // namespace trellis::proofs
