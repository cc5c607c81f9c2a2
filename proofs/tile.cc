#include "proofs/tile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "proofs/text.h"

namespace trellis::proofs {
namespace {

constexpr char kPrefix[] = "tile/";
constexpr char kEntriesLevel[] = "entries";
constexpr char kPartial[] = ".p/";
// A level, seven groups of an index below 2^64 and a width fit; what is longer is not looked at.
constexpr size_t kPathBytesMax = 64;
constexpr uint64_t kGroup = 1000;

absl::Status PathInvalid(absl::string_view path) {
  return Error(absl::StatusCode::kInvalidArgument, "TILE_PATH_INVALID",
               absl::StrCat("path has ", path.size(),
                            " bytes that name no tile, want tile/L/N[.p/W] with L 0 to 63 or "
                            "entries, N in groups of three digits, W 1 to 255"));
}

absl::Status BundleMalformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "BUNDLE_MALFORMED", message);
}

bool IsPlace(const TileId& id) {
  return id.level >= kEntries && id.level <= kTileLevelMax && id.index <= kTileIndexMax &&
         id.width >= 1 && id.width <= kTileWidth;
}

// `text` up to `end`, which is taken off as well; all of it if `end` is not there.
absl::string_view TakeUpTo(absl::string_view end, absl::string_view& text) {
  const size_t found = text.find(end);
  const absl::string_view taken = text.substr(0, found);
  text.remove_prefix(found == absl::string_view::npos ? text.size() : found + end.size());
  return taken;
}

// The number of `x001/x234/067`, spelt in any way; ParseTilePath compares the spelling.
uint64_t ReadIndex(absl::string_view text) {
  uint64_t index = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && index <= kTileIndexMax) {
      index = index * 10 + static_cast<uint64_t>(c - '0');
    }
  }
  return index;
}

}  // namespace

std::string TilePath(const TileId& id) {
  CHECK(IsPlace(id));
  std::string index = absl::StrFormat("%03d", id.index % kGroup);
  for (uint64_t rest = id.index / kGroup; rest > 0; rest /= kGroup) {
    index = absl::StrFormat("x%03d/%s", rest % kGroup, index);
  }
  const std::string level = id.level == kEntries ? kEntriesLevel : absl::StrCat(id.level);
  const std::string partial = id.width == kTileWidth ? "" : absl::StrCat(kPartial, id.width);
  return absl::StrCat(kPrefix, level, "/", index, partial);
}

absl::StatusOr<TileId> ParseTilePath(absl::string_view path) {
  absl::string_view rest = path;
  if (path.size() > kPathBytesMax || !absl::ConsumePrefix(&rest, kPrefix)) return PathInvalid(path);
  TileId id;
  const absl::string_view level = TakeUpTo("/", rest);
  id.level =
      level == kEntriesLevel
          ? kEntries
          : static_cast<int>(std::min<uint64_t>(ReadDecimal(level).value_or(UINT8_MAX), UINT8_MAX));
  id.index = ReadIndex(TakeUpTo(kPartial, rest));
  if (!rest.empty()) {
    id.width = static_cast<int>(std::min<uint64_t>(ReadDecimal(rest).value_or(0), UINT16_MAX));
  }
  // Strict by construction: what is written back differs from anything that was spelt otherwise.
  if (!IsPlace(id) || TilePath(id) != path) return PathInvalid(path);
  return id;
}

int TileWidthIn(uint64_t size, int level, uint64_t index) {
  if (level >= kTileLevels || index > kTileIndexMax) return 0;
  const uint64_t nodes = size >> (8 * std::max(level, 0));
  const uint64_t before = index * kTileWidth;
  return nodes <= before ? 0 : static_cast<int>(std::min<uint64_t>(nodes - before, kTileWidth));
}

Digest HashAt(absl::string_view hashes, size_t position) {
  Digest digest;
  CHECK((position + 1) * digest.size() <= hashes.size());
  std::copy_n(hashes.begin() + position * digest.size(), digest.size(), digest.begin());
  return digest;
}

void AppendEntry(absl::string_view entry, std::string& bundle) {
  CHECK(entry.size() <= kEntryBytesMax);
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size() & 0xff));
  bundle.append(entry.data(), entry.size());
}

absl::StatusOr<std::vector<absl::string_view>> ParseBundle(absl::string_view bundle) {
  std::vector<absl::string_view> entries;
  while (!bundle.empty()) {
    if (entries.size() == kTileWidth) return BundleMalformed("bundle has over 256 entries");
    if (bundle.size() < 2) return BundleMalformed("bundle ends within the length of an entry");
    const size_t size =
        static_cast<size_t>(static_cast<uint8_t>(bundle[0])) << 8 | static_cast<uint8_t>(bundle[1]);
    bundle.remove_prefix(2);
    if (bundle.size() < size) {
      return BundleMalformed(absl::StrCat("bundle ends ", size - bundle.size(),
                                          " bytes before entry ", entries.size(), " does"));
    }
    entries.push_back(bundle.substr(0, size));
    bundle.remove_prefix(size);
  }
  if (entries.empty()) return BundleMalformed("bundle is empty, want 1 to 256 entries");
  return entries;
}

}  // namespace trellis::proofs
