#include "audit/server_check.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/record_format.h"
#include "proofs/checkpoint.h"
#include "proofs/merkle.h"
#include "proofs/tile.h"
#include "proofs/tree_edge.h"

namespace trellis::audit {
namespace {

using proofs::TileId;

std::string Hex(const Digest& digest) { return absl::BytesToHexString(AsBytes(digest)); }

class Check {
 public:
  explicit Check(const ServerCheckOptions& options) : options_(options) {}

  absl::StatusOr<ServerReport> Run() {
    if (!options_.seen.empty()) {
      // It was believed when it was seen, whoever the witnesses are now.
      std::vector<proofs::VerifierKey> keys = options_.keys;
      for (const proofs::PolicyParty& log : options_.policy.logs()) keys.push_back(log.key);
      ASSIGN_OR_RETURN(seen_, proofs::VerifyCheckpoint(options_.seen, keys, proofs::Policy()));
    }
    ASSIGN_OR_RETURN(const std::string note, options_.get("checkpoint"));
    const auto newest = proofs::VerifyCheckpoint(note, options_.keys, options_.policy);
    if (!newest.ok()) {
      Add(absl::StrCat("checkpoint: ", newest.status().message()));
      End("checkpoint", "what is served as the newest");
      return std::move(result_);
    }
    newest_ = *newest;
    End("checkpoint",
        absl::StrCat("signed over ", newest_.size, " events of ", newest_.origin,
                     options_.policy.witnesses().empty() ? "" : ", cosigned as the policy wants"));
    if (CheckNotShorter()) {
      RETURN_IF_ERROR(CheckTree());
    }
    result_.report.events = newest_.size;
    if (result_.report.holds()) result_.newest = note;
    return std::move(result_);
  }

 private:
  void Add(std::string finding) { result_.report.findings.Add(std::move(finding)); }

  void End(std::string name, std::string what) {
    result_.report.End(std::move(name), std::move(what));
  }

  bool CheckNotShorter() {
    if (seen_.size <= newest_.size) return true;
    Add(absl::StrCat("growth: ", seen_.size, " events were signed before, and ", newest_.size,
                     " are now"));
    End("growth", absl::StrCat("since the checkpoint over ", seen_.size, " events"));
    return false;
  }

  absl::Status CheckTree() {
    CheckSeenRoot();
    for (uint64_t index = 0; edge_.size() < newest_.size; ++index) {
      RETURN_IF_ERROR(CheckBundle(index));
      if (options_.progress != nullptr) options_.progress("entries", edge_.size(), newest_.size);
    }
    End("entries", absl::StrCat("each of ", newest_.size, " is at its position"));
    for (const auto& [level, tile] : partial_) RETURN_IF_ERROR(CheckTile(tile));
    End("tiles", absl::StrCat(tiles_, " follow from the entries"));
    if (edge_.Root() != newest_.root) {
      Add(absl::StrCat("root: the entries have ", Hex(edge_.Root()), ", signed is ",
                       Hex(newest_.root)));
    }
    End("root", absl::StrCat("it is ", Hex(newest_.root)));
    if (!grew_) {
      Add(absl::StrCat("growth: the first ", seen_.size,
                       " events are not those that were signed when they were seen"));
    }
    if (!options_.seen.empty()) {
      End("growth",
          absl::StrCat("it begins with the ", seen_.size, " events that were seen before"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckBundle(uint64_t index) {
    const int width = proofs::TileWidthIn(newest_.size, proofs::kEntries, index);
    const std::string path = proofs::TilePath({proofs::kEntries, index, width});
    ASSIGN_OR_RETURN(const std::string bundle, Get(path));
    const auto entries = proofs::ParseBundle(bundle);
    std::vector<Digest> leaves;
    if (entries.ok()) {
      for (const absl::string_view entry : *entries) {
        CheckEntry(path, entry, index * proofs::kTileWidth + leaves.size() + 1);
        leaves.push_back(proofs::LeafHash(entry));
      }
    }
    if (leaves.size() != static_cast<size_t>(width)) {
      Add(absl::StrCat(path, ": ", leaves.size(), " entries, want ", width));
      // So that the rest can be looked at.
      leaves.resize(static_cast<size_t>(width));
    }
    return Append(leaves);
  }

  void CheckEntry(const std::string& path, absl::string_view entry, uint64_t position) {
    const bool whole = entry.size() == eventstore::kEntryBytes;
    if (whole && eventstore::LoadBigEndian<uint64_t>(entry.data()) == position) return;
    Add(absl::StrCat(path, ": the entry of position ", position,
                     whole ? " is of another one" : " is none"));
  }

  // Appends the leaves, with a look at the root where the tree was seen before.
  absl::Status Append(const std::vector<Digest>& leaves) {
    const uint64_t size = edge_.size();
    const uint64_t first =
        seen_.size > size ? std::min<uint64_t>(seen_.size - size, leaves.size()) : 0;
    const absl::Span<const Digest> all(leaves);
    for (const auto& part : {all.subspan(0, first), all.subspan(first)}) {
      for (const proofs::Tile& tile : edge_.Append(part)) {
        partial_.erase(tile.id.level);
        if (tile.id.width < proofs::kTileWidth) {
          partial_[tile.id.level] = tile;
        } else {
          RETURN_IF_ERROR(CheckTile(tile));
        }
      }
      CheckSeenRoot();
    }
    return absl::OkStatus();
  }

  void CheckSeenRoot() {
    if (options_.seen.empty() || edge_.size() != seen_.size) return;
    grew_ = edge_.Root() == seen_.root;
  }

  absl::Status CheckTile(const proofs::Tile& tile) {
    const std::string path = proofs::TilePath(tile.id);
    ASSIGN_OR_RETURN(const std::string hashes, Get(path));
    if (hashes != tile.hashes) Add(absl::StrCat(path, ": other hashes than the entries have"));
    ++tiles_;
    return absl::OkStatus();
  }

  // What is not there counts as empty.
  absl::StatusOr<std::string> Get(const std::string& path) {
    absl::StatusOr<std::string> bytes = options_.get(path);
    if (bytes.status().code() != absl::StatusCode::kNotFound) return bytes;
    Add(absl::StrCat(path, ": is not served"));
    return std::string();
  }

  const ServerCheckOptions& options_;
  ServerReport result_;
  proofs::Checkpoint newest_;
  // Of size 0 if nothing was seen before.
  proofs::Checkpoint seen_;
  bool grew_ = true;
  proofs::TreeEdge edge_;
  // The last tile of each level, while it is partial.
  std::map<int, proofs::Tile> partial_;
  uint64_t tiles_ = 0;
};

}  // namespace

absl::StatusOr<ServerReport> CheckServer(const ServerCheckOptions& options) {
  return Check(options).Run();
}

}  // namespace trellis::audit
