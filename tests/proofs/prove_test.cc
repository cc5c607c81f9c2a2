#include "proofs/prove.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "gtest/gtest.h"
#include "proofs/merkle.h"
#include "proofs/tree_edge.h"
#include "proofs/verify.h"
#include "tests/proofs/oracle.h"
#include "tests/support/seed.h"

namespace trellis::proofs {
namespace {

using testing::Proof;
using testing::StoredTiles;

// A log of `size` leaves with its tiles, which counts what is read of them.
class Log {
  // What `prove` gives, having read no tile twice and at most two of a level.
  template <typename Prove>
  auto Counted(const Prove& prove) {
    std::map<std::pair<int, uint64_t>, int> reads;
    std::map<int, int> tiles_of_level;
    auto result = prove([&](const TileId& id) {
      EXPECT_EQ((++reads[{id.level, id.index}]), 1) << TilePath(id) << " is read again";
      EXPECT_LE(++tiles_of_level[id.level], 2) << TilePath(id) << " is one too many";
      return tiles_.Read(id);
    });
    return result;
  }

 public:
  explicit Log(size_t size) : entries_(testing::EntriesUpTo(size)) {
    for (const std::string& entry : entries_) leaves_.push_back(LeafHash(entry));
    tiles_.Put(TreeEdge().Append(leaves_));
  }

  absl::Span<const std::string> First(size_t size) const {
    return absl::MakeSpan(entries_).first(size);
  }
  const Digest& leaf(size_t index) const { return leaves_[index]; }
  Digest RootByDefinition(size_t size) const { return RootOf(absl::MakeSpan(leaves_).first(size)); }

  absl::StatusOr<Digest> Root(uint64_t size) {
    return Counted([&](TileReader read) { return RootAt(size, read); });
  }
  absl::StatusOr<Proof> Inclusion(uint64_t index, uint64_t size) {
    return Counted([&](TileReader read) { return ProveInclusion(index, size, read); });
  }
  absl::StatusOr<Proof> Consistency(uint64_t old_size, uint64_t size) {
    return Counted([&](TileReader read) { return ProveConsistency(old_size, size, read); });
  }

 private:
  std::vector<std::string> entries_;
  std::vector<Digest> leaves_;
  StoredTiles tiles_;
};

TEST(Prove, EverythingAboutSmallTreesIsAsDefined) {
  Log log(70);
  for (size_t size = 0; size <= 70; ++size) {
    ASSERT_EQ(*log.Root(size), testing::Mth(log.First(size)));
    for (size_t index = 0; index < size; ++index) {
      const absl::StatusOr<Proof> proof = log.Inclusion(index, size);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(*proof, testing::Path(index, log.First(size))) << index << " in " << size;
    }
    for (size_t old = 1; old <= size; ++old) {
      const absl::StatusOr<Proof> proof = log.Consistency(old, size);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(*proof, testing::Subproof(old, log.First(size), true)) << old << " to " << size;
    }
    EXPECT_TRUE(log.Consistency(0, size)->empty());
  }
}

TEST(Prove, AroundTheEdgesOfTilesItIsAsDefined) {
  std::mt19937_64 random(trellis::testing::Seed());
  Log log(2000);
  for (const size_t size : {255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1999, 2000}) {
    ASSERT_EQ(*log.Root(size), testing::Mth(log.First(size)));
    for (int i = 0; i < 12; ++i) {
      const size_t index = i == 0 ? size - 1 : random() % size;
      ASSERT_EQ(*log.Inclusion(index, size), testing::Path(index, log.First(size)))
          << index << " in " << size;
      const size_t old = i == 0 ? 256 % size : 1 + random() % size;
      if (old == 0) continue;
      ASSERT_EQ(*log.Consistency(old, size), testing::Subproof(old, log.First(size), true))
          << old << " to " << size;
    }
  }
}

TEST(Prove, LargeTreesVerifyAtEveryOldSize) {
  std::mt19937_64 random(trellis::testing::Seed());
  Log log(70'000);
  std::vector<size_t> sizes = {65'535, 65'536, 65'537, 70'000};
  for (int i = 0; i < 6; ++i) sizes.push_back(1 + random() % 70'000);
  for (const size_t size : sizes) {
    const Digest root = log.RootByDefinition(size);
    ASSERT_EQ(*log.Root(size), root);
    for (int i = 0; i < 25; ++i) {
      const size_t index = i == 0 ? size - 1 : random() % size;
      const absl::StatusOr<Proof> in = log.Inclusion(index, size);
      ASSERT_TRUE(in.ok()) << in.status();
      ASSERT_TRUE(VerifyInclusion(log.leaf(index), index, size, *in, root).ok())
          << index << " in " << size;
    }
    for (int i = 0; i < 3; ++i) {
      const size_t old = 1 + random() % size;
      const absl::StatusOr<Proof> grown = log.Consistency(old, size);
      ASSERT_TRUE(grown.ok()) << grown.status();
      ASSERT_TRUE(VerifyConsistency(old, log.RootByDefinition(old), size, root, *grown).ok())
          << old << " to " << size;
    }
  }
}

TEST(Prove, RefusesWhatIsNotInTheTree) {
  Log log(10);
  EXPECT_EQ(ErrorReason(log.Inclusion(10, 10).status()), "PROOF_OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(log.Inclusion(0, 0).status()), "PROOF_OUT_OF_RANGE");
  EXPECT_EQ(log.Inclusion(10, 10).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ErrorReason(log.Consistency(10, 9).status()), "PROOF_OUT_OF_RANGE");
}

TEST(Prove, PassesOnWhatReadingSays) {
  Log log(300);
  EXPECT_EQ(log.Inclusion(5, 700).status().code(), absl::StatusCode::kNotFound);
  const absl::StatusOr<Proof> proof = log.Inclusion(299, 301);
  EXPECT_EQ(ErrorReason(proof.status()), "TILE_DAMAGED");
  EXPECT_EQ(proof.status().message(), "tile/0/001.p/45 has 1408 bytes, want 1440");
}

TEST(Prove, AnyNumbersAreAnswered) {
  const auto nothing = [](const TileId& id) -> absl::StatusOr<std::string> {
    return absl::NotFoundError(TilePath(id));
  };
  // What would be said of a tree of equal leaves, whose tiles need not be stored.
  std::vector<std::string> tiles;
  Digest hash = LeafHash("x");
  for (int level = 0; level < kTileLevels; ++level) {
    std::string& tile = tiles.emplace_back();
    for (int i = 0; i < kTileWidth; ++i) tile.append(AsBytes(hash).data(), hash.size());
    for (int i = 0; i < 8; ++i) hash = NodeHash(hash, hash);
  }
  const auto equal = [&](const TileId& id) -> absl::StatusOr<std::string> {
    return tiles[static_cast<size_t>(id.level)];
  };
  const uint64_t half = uint64_t{1} << 63;
  for (const uint64_t size : {uint64_t{1} << 40, half - 1, half, half + 1, UINT64_MAX}) {
    EXPECT_FALSE(RootAt(size, nothing).ok());
    const Digest root = *RootAt(size, equal);
    for (const uint64_t index : {uint64_t{0}, size / 3, size - 1}) {
      const absl::StatusOr<Proof> in = ProveInclusion(index, size, equal);
      ASSERT_TRUE(in.ok()) << in.status();
      EXPECT_TRUE(VerifyInclusion(LeafHash("x"), index, size, *in, root).ok());
      const uint64_t old = index + 1;
      const absl::StatusOr<Proof> grown = ProveConsistency(old, size, equal);
      ASSERT_TRUE(grown.ok()) << grown.status();
      EXPECT_TRUE(VerifyConsistency(old, *RootAt(old, equal), size, root, *grown).ok());
    }
  }
}

}  // namespace
}  // namespace trellis::proofs
