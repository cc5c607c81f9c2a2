#include "proofs/tile.h"

#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace trellis::proofs {
namespace {

TEST(TilePath, IsWrittenInGroupsOfThreeDigits) {
  EXPECT_EQ(TilePath({.level = 0, .index = 0}), "tile/0/000");
  EXPECT_EQ(TilePath({.level = 0, .index = 999}), "tile/0/999");
  EXPECT_EQ(TilePath({.level = 0, .index = 1000}), "tile/0/x001/000");
  EXPECT_EQ(TilePath({.level = 2, .index = 1234067}), "tile/2/x001/x234/067");
  EXPECT_EQ(TilePath({.level = 63, .index = 5, .width = 17}), "tile/63/005.p/17");
  EXPECT_EQ(TilePath({.level = kEntries, .index = 1234067, .width = 1}),
            "tile/entries/x001/x234/067.p/1");
  EXPECT_EQ(TilePath({.level = 0, .index = kTileIndexMax}), "tile/0/x072/x057/x594/x037/x927/935");
}

TEST(TilePath, RoundTrips) {
  std::mt19937_64 random(trellis::testing::Seed());
  for (int i = 0; i < 20'000; ++i) {
    const TileId id{.level = static_cast<int>(random() % 65) - 1,
                    .index = random() >> (8 + random() % 56),
                    .width = static_cast<int>(random() % 256) + 1};
    const absl::StatusOr<TileId> parsed = ParseTilePath(TilePath(id));
    ASSERT_TRUE(parsed.ok()) << TilePath(id) << ": " << parsed.status();
    EXPECT_EQ(*parsed, id);
  }
}

TEST(TilePath, HasOneSpelling) {
  for (const char* const path : {"",
                                 "tile",
                                 "tile/",
                                 "tile/0",
                                 "tile/0/",
                                 "tile//000",
                                 "/tile/0/000",
                                 "tile/0/000/",
                                 "tile/00/000",
                                 "tile/01/000",
                                 "tile/+1/000",
                                 "tile/-1/000",
                                 "tile/64/000",
                                 "tile/256/000",
                                 "tile/18446744073709551616/000",
                                 "tile/entries",
                                 "tile/Entries/000",
                                 "tile/entry/000",
                                 "tile/0/0",
                                 "tile/0/00",
                                 "tile/0/0000",
                                 "tile/0/x000/000",
                                 "tile/0/x000/001",
                                 "tile/0/001/000",
                                 "tile/0/x001/x000",
                                 "tile/0/x001000",
                                 "tile/0/x1/000",
                                 "tile/0/X001/000",
                                 "tile/0/x001//000",
                                 "tile/0/abc",
                                 "tile/0/00a",
                                 "tile/0/000.p",
                                 "tile/0/000.p/",
                                 "tile/0/000.p/0",
                                 "tile/0/000.p/256",
                                 "tile/0/000.p/01",
                                 "tile/0/000.p/001",
                                 "tile/0/000.p/-1",
                                 "tile/0/000.p/1 ",
                                 "tile/0/000.p/1/",
                                 "tile/0/000.P/1",
                                 "tile/0/000p/1",
                                 "tile/0/000.p/1.p/1",
                                 "tile/0/000 ",
                                 " tile/0/000",
                                 "tile/0/000?",
                                 "tile/0/000%00",
                                 "tile/0/../000",
                                 "tile/0/x072/x057/x594/x037/x927/936",
                                 "tile/0/x018/x446/x744/x073/x709/x551/616",
                                 "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    const absl::StatusOr<TileId> parsed = ParseTilePath(path);
    EXPECT_EQ(ErrorReason(parsed.status()), "TILE_PATH_INVALID") << path;
  }
  EXPECT_FALSE(ParseTilePath(absl::string_view("tile/0/000\0", 11)).ok());
}

// A path is taken if and only if it is what is written for the place it names.
TEST(TilePath, OfAnyChangeIsRefusedOrAnotherPlace) {
  for (const std::string path : {"tile/0/x001/x234/067.p/112", "tile/entries/000", "tile/7/123"}) {
    const TileId id = *ParseTilePath(path);
    for (size_t i = 0; i < path.size(); ++i) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = path;
        changed[i] = static_cast<char>(byte);
        for (const std::string& other :
             {changed, path.substr(0, i) + changed.substr(i + 1),
              path.substr(0, i) + static_cast<char>(byte) + path.substr(i)}) {
          const absl::StatusOr<TileId> parsed = ParseTilePath(other);
          if (other == path || !parsed.ok()) continue;
          EXPECT_NE(*parsed, id) << other;
          EXPECT_EQ(TilePath(*parsed), other);
        }
      }
    }
  }
}

TEST(TileWidthIn, IsOfTheExamples) {
  // 70,000 leaves: 273 full tiles and 112 hashes, 1 and 17, 0 and 1.
  for (const auto& [level, full, partial] :
       std::vector<std::tuple<int, uint64_t, int>>{{0, 273, 112}, {1, 1, 17}, {2, 0, 1}}) {
    for (uint64_t index = 0; index < full; ++index) {
      EXPECT_EQ(TileWidthIn(70'000, level, index), 256);
    }
    EXPECT_EQ(TileWidthIn(70'000, level, full), partial);
    EXPECT_EQ(TileWidthIn(70'000, level, full + 1), 0);
  }
  EXPECT_EQ(TileWidthIn(70'000, 3, 0), 0);
  EXPECT_EQ(TileWidthIn(70'000, kEntries, 273), 112);
  // 256 leaves: a full tile, and one hash above it.
  EXPECT_EQ(TileWidthIn(256, 0, 0), 256);
  EXPECT_EQ(TileWidthIn(256, 0, 1), 0);
  EXPECT_EQ(TileWidthIn(256, 1, 0), 1);
  EXPECT_EQ(TileWidthIn(255, 1, 0), 0);
  EXPECT_EQ(TileWidthIn(0, 0, 0), 0);
}

TEST(TileWidthIn, AnswersAnyNumbers) {
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 0, kTileIndexMax), 255);
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 0, kTileIndexMax + 1), 0);
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 7, 0), 255);
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 8, 0), 0);
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 63, UINT64_MAX), 0);
}

TEST(Bundle, RoundTrips) {
  for (const std::vector<std::string>& entries :
       std::vector<std::vector<std::string>>{{""},
                                             {"a"},
                                             {"a", "", std::string("\0\1", 2)},
                                             {std::string(kEntryBytesMax, 'x'), "y"},
                                             std::vector<std::string>(256, "entry")}) {
    std::string bundle;
    for (const std::string& entry : entries) AppendEntry(entry, bundle);
    const auto parsed = ParseBundle(bundle);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(std::vector<std::string>(parsed->begin(), parsed->end()), entries);
  }
  std::string bundle;
  AppendEntry("ab", bundle);
  EXPECT_EQ(bundle, std::string("\0\2ab", 4));
  bundle.clear();
  AppendEntry(std::string(258, 'x'), bundle);
  EXPECT_EQ(bundle.substr(0, 2), "\1\2");
}

TEST(Bundle, RefusesWhatIsNone) {
  std::string bundle;
  for (const char* const entry : {"first", "second", "third"}) AppendEntry(entry, bundle);
  for (size_t size = 0; size < bundle.size(); ++size) {
    const bool between = size == 7 || size == 15;
    const auto parsed = ParseBundle(absl::string_view(bundle).substr(0, size));
    EXPECT_EQ(parsed.ok(), between) << size;
    if (!between) {
      EXPECT_EQ(ErrorReason(parsed.status()), "BUNDLE_MALFORMED");
    }
  }
  std::string many;
  for (int i = 0; i < 257; ++i) AppendEntry("", many);
  EXPECT_EQ(ErrorReason(ParseBundle(many).status()), "BUNDLE_MALFORMED");
}

TEST(BundleDeathTest, CrashesOnAnEntryThatIsTooLong) {
  std::string bundle;
  EXPECT_DEATH(AppendEntry(std::string(kEntryBytesMax + 1, 'x'), bundle), "CHECK failed");
}

}  // namespace
}  // namespace trellis::proofs
