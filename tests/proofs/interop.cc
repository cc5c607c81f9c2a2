// Trellis' side of the test against Go's tools for transparency logs: see interop.py.
//
//   proofs_interop write DIRECTORY   a log with checkpoints, tiles, entries and keys; a proof file;
//                                    and claims, right and wrong ones, with what we say of each
//   proofs_interop check DIRECTORY   what Go made of it: a note, a checkpoint with a cosignature,
//                                    a proof file
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"
#include "proofs/merkle.h"
#include "proofs/note.h"
#include "proofs/policy.h"
#include "proofs/prove.h"
#include "proofs/tlog_proof.h"
#include "proofs/tree_edge.h"
#include "proofs/verify.h"
#include "tests/proofs/oracle.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

using testing::EntryOf;
using testing::LogKey;
using testing::Proof;
using testing::Signed;
using testing::StoredTiles;
using testing::WitnessKey;

// Sizes of which there is a checkpoint.
constexpr uint64_t kSizes[] = {1,   2,   3,     7,      8,      70,     255,   256,
                               257, 511, 65535, 65'536, 65'537, 69'999, 70'000};
constexpr uint64_t kEventIndex = 65'000;

class Directory {
 public:
  explicit Directory(const std::string& path) : path_(path) {}

  void Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    CHECK(file.good());
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    CHECK(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // A file of one line, without its end.
  std::string ReadLine(const std::string& name) const {
    return std::string(absl::StripSuffix(Read(name), "\n"));
  }

 private:
  const std::filesystem::path path_;
};

// A statement that VerifyInclusion or VerifyConsistency judges.
struct Claim {
  bool inclusion;
  uint64_t first;  // Index, or old size.
  uint64_t size;
  Digest first_hash;  // Leaf, or old root.
  Digest root;
  Proof proof;

  bool Holds() const {
    return (inclusion ? VerifyInclusion(first_hash, first, size, proof, root)
                      : VerifyConsistency(first, first_hash, size, root, proof))
        .ok();
  }
  std::string Line() const {
    const auto hex = [](const Digest& digest) { return absl::BytesToHexString(AsBytes(digest)); };
    std::string line =
        absl::StrCat(inclusion ? "inclusion " : "consistency ", Holds() ? "ok " : "bad ", first,
                     " ", size, " ", hex(first_hash), " ", hex(root));
    for (const Digest& hash : proof) absl::StrAppend(&line, " ", hex(hash));
    return absl::StrCat(line, "\n");
  }
};

// `right` and what it becomes by one mistake: the families of mistakes that the test data of
// transparency-dev's Merkle library have.
std::vector<Claim> WithMistakes(const Claim& right) {
  std::vector<Claim> claims = {right};
  const auto add = [&](auto change) {
    Claim claim = right;
    change(claim);
    // An old tree without leaves is no claim: Go's tools differ from each other there.
    if (claim.inclusion || claim.first > 0) claims.push_back(claim);
  };
  for (uint64_t Claim::*const number : {&Claim::first, &Claim::size}) {
    add([&](Claim& c) { c.*number += 1; });
    add([&](Claim& c) { c.*number -= c.*number > 0 ? 1 : 0; });
    add([&](Claim& c) { c.*number ^= 2; });
    add([&](Claim& c) { c.*number *= 2; });
    add([&](Claim& c) { c.*number /= 2; });
  }
  add([](Claim& c) { std::swap(c.first_hash, c.root); });
  add([](Claim& c) { c.first_hash[0] ^= 1; });
  add([](Claim& c) { c.root[31] ^= 0x80; });
  add([](Claim& c) { c.root = EmptyRoot(); });
  add([](Claim& c) { c.proof.clear(); });
  for (const Digest& hash : {Digest{}, right.first_hash, right.root}) {
    add([&](Claim& c) { c.proof.push_back(hash); });
    add([&](Claim& c) { c.proof.insert(c.proof.begin(), hash); });
  }
  for (size_t i = 0; i < right.proof.size(); ++i) {
    add([&](Claim& c) { c.proof[i][0] ^= 0x10; });
    add([&](Claim& c) { c.proof.erase(c.proof.begin() + static_cast<ptrdiff_t>(i)); });
    add([&](Claim& c) { c.proof.resize(i); });
    add([&](Claim& c) { std::swap(c.proof[i], c.proof.back()); });
  }
  return claims;
}

void WriteLog(const Directory& directory, StoredTiles& tiles) {
  const std::vector<Digest> leaves = testing::LeavesUpTo(kSizes[std::size(kSizes) - 1]);
  TreeEdge edge;
  for (const uint64_t size : kSizes) {
    const std::vector<Tile> changed =
        edge.Append(absl::MakeSpan(leaves).subspan(edge.size(), size - edge.size()));
    tiles.Put(changed);
    for (const Tile& tile : changed) directory.Write("log/" + TilePath(tile.id), tile.hashes);
    directory.Write(absl::StrCat("log/checkpoint.", size),
                    FormatNote(Signed({LogKey().verifier().name(), size, edge.Root(), {}}, {0})));
  }
  for (uint64_t index = 0; TileWidthIn(edge.size(), kEntries, index) > 0; ++index) {
    const TileId id{kEntries, index, TileWidthIn(edge.size(), kEntries, index)};
    std::string bundle;
    for (int i = 0; i < id.width; ++i) {
      AppendEntry(EntryOf(index * kTileWidth + static_cast<uint64_t>(i)), bundle);
    }
    directory.Write("log/" + TilePath(id), bundle);
  }
}

void WriteClaims(const Directory& directory, TileReader read) {
  std::string lines;
  for (const uint64_t size : kSizes) {
    const Digest root = *RootAt(size, read);
    for (const uint64_t index : {uint64_t{0}, size / 3, size / 2, size - 1}) {
      const Claim claim{
          true, index, size, LeafHash(EntryOf(index)), root, *ProveInclusion(index, size, read)};
      for (const Claim& one : WithMistakes(claim)) lines += one.Line();
    }
    for (const uint64_t old : {uint64_t{1}, size / 3, size / 2, size - 1, size}) {
      if (old == 0) continue;
      const Claim claim{
          false, old, size, *RootAt(old, read), root, *ProveConsistency(old, size, read)};
      for (const Claim& one : WithMistakes(claim)) lines += one.Line();
    }
  }
  directory.Write("claims.txt", lines);
}

absl::Status Write(const Directory& directory) {
  StoredTiles tiles;
  WriteLog(directory, tiles);
  const auto read = [&](const TileId& id) { return tiles.Read(id); };
  WriteClaims(directory, read);

  const uint64_t size = kSizes[std::size(kSizes) - 1];
  TlogProof proof;
  proof.extra = "for whoever asks";
  proof.index = kEventIndex;
  ASSIGN_OR_RETURN(proof.hashes, ProveInclusion(kEventIndex, size, read));
  ASSIGN_OR_RETURN(const Digest root, RootAt(size, read));
  proof.checkpoint = Signed({LogKey().verifier().name(), size, root, {}}, {0});
  directory.Write("event.tlog-proof", FormatTlogProof(proof));
  directory.Write("event.entry", EntryOf(kEventIndex));
  directory.Write("log.vkey", LogKey().verifier().ToString());
  directory.Write("log.skey", LogKey().ToSecretString());
  directory.Write("witness.vkey", WitnessKey(0).verifier().ToString());
  directory.Write("witness.skey", WitnessKey(0).ToSecretString());
  return absl::OkStatus();
}

// Go signs with keys of its own, and with ours.
absl::Status Check(const Directory& directory) {
  ASSIGN_OR_RETURN(const VerifierKey go_key, VerifierKey::Parse(directory.ReadLine("go.vkey")));
  ASSIGN_OR_RETURN(const SignerKey go_secret, SignerKey::Parse(directory.ReadLine("go.skey")));
  CHECK(go_secret.verifier() == go_key);
  ASSIGN_OR_RETURN(const Note note, ParseNote(directory.Read("go.note")));
  ASSIGN_OR_RETURN(const std::vector<bool> by_go,
                   VerifySignatures(note, {go_key, LogKey().verifier()}));
  CHECK(by_go == std::vector<bool>({true, true}));
  CHECK(FormatNote(note) == directory.Read("go.note"));
  // Ed25519 draws no lots: one key and one text have one signature.
  CHECK(note.signatures[0] == go_secret.Sign(note.text));

  ASSIGN_OR_RETURN(const Policy policy, Policy::Parse(absl::StrCat(
                                            "log ", LogKey().verifier().ToString(), "\nwitness go ",
                                            directory.ReadLine("go-witness.vkey"),
                                            "\nwitness ours ", WitnessKey(0).verifier().ToString(),
                                            "\ngroup both all go ours\nquorum both\n")));
  ASSIGN_OR_RETURN(const TlogProof proof, ParseTlogProof(directory.Read("go.tlog-proof")));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                   VerifyTlogProof(proof, directory.Read("event.entry"), {}, policy));
  CHECK(FormatTlogProof(proof) == directory.Read("go.tlog-proof"));
  CHECK(checkpoint.size == kSizes[std::size(kSizes) - 1]);
  return absl::OkStatus();
}

}  // namespace
}  // namespace trellis::proofs

int main(int argc, char** argv) {
  using namespace trellis::proofs;
  const std::string what = argc == 3 ? argv[1] : "";
  if (what != "write" && what != "check") {
    std::cerr << "usage: proofs_interop write|check DIRECTORY\n";
    return 2;
  }
  const Directory directory(argv[2]);
  const absl::Status status = what == "write" ? Write(directory) : Check(directory);
  if (status.ok()) return 0;
  std::cerr << "proofs_interop " << what << ": " << status << "\n";
  return 1;
}
