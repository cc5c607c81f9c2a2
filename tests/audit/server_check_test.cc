// A ledger is audited by what it serves: a made-up one, honest and not.
#include "audit/server_check.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "eventstore/big_endian.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proofs/checkpoint.h"
#include "proofs/merkle.h"
#include "proofs/note.h"
#include "proofs/tile.h"
#include "proofs/tree_edge.h"

namespace trellis::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Pages = std::map<std::string, std::string>;

const proofs::SignerKey& Key() {
  static const auto* const key =
      new auto(*proofs::SignerKey::Generate("harbour", proofs::KeyType::kNote));
  return *key;
}

// What a server shows of `size` events; from position `differs` on they are others.
Pages Serve(uint64_t size, uint64_t differs = UINT64_MAX) {
  Pages pages;
  proofs::TreeEdge edge;
  std::map<std::pair<int, uint64_t>, proofs::Tile> tiles;
  std::map<uint64_t, std::string> bundles;
  for (uint64_t position = 1; position <= size; ++position) {
    std::string entry;
    eventstore::AppendBigEndian(position, entry);
    const char* const kind = position < differs ? "event" : "another";
    absl::StrAppend(&entry, AsBytes(Sha256(absl::StrCat(kind, position))));
    proofs::AppendEntry(entry, bundles[(position - 1) / proofs::kTileWidth]);
    for (proofs::Tile& tile : edge.Append({proofs::LeafHash(entry)})) {
      tiles[{tile.id.level, tile.id.index}] = tile;
    }
  }
  for (const auto& [index, bundle] : bundles) {
    const int width = proofs::TileWidthIn(size, proofs::kEntries, index);
    pages[proofs::TilePath({proofs::kEntries, index, width})] = bundle;
  }
  for (const auto& [place, tile] : tiles) pages[proofs::TilePath(tile.id)] = tile.hashes;
  const std::string text = proofs::FormatCheckpoint(
      {.origin = "harbour", .size = size, .root = edge.Root(), .extensions = {}});
  pages["checkpoint"] = proofs::FormatNote({text, {Key().Sign(text)}});
  return pages;
}

absl::StatusOr<ServerReport> Audit(const Pages& pages, const std::string& seen = "") {
  return CheckServer({.get = [&](const std::string& path) -> absl::StatusOr<std::string> {
                        const auto page = pages.find(path);
                        if (page != pages.end()) return page->second;
                        return Error(absl::StatusCode::kNotFound, "PAGE_NOT_FOUND", path);
                      },
                      .keys = {Key().verifier()},
                      .seen = seen});
}

TEST(ServerCheck, WhatIsHonestHoldsAtEverySize) {
  for (const uint64_t size : {0, 1, 2, 255, 256, 257, 512, 700, 66'000}) {
    const Pages pages = Serve(size);
    const auto checked = Audit(pages);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_THAT(checked->report.findings.kept(), IsEmpty()) << size;
    EXPECT_EQ(checked->newest, pages.at("checkpoint"));
    EXPECT_EQ(checked->report.events, size);
  }
}

TEST(ServerCheck, ALedgerThatGrewBeginsWithWhatWasSeen) {
  const Pages later = Serve(600);
  for (const uint64_t seen : {0, 1, 255, 256, 300, 512, 599, 600}) {
    const auto checked = Audit(later, Serve(seen).at("checkpoint"));
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_THAT(checked->report.findings.kept(), IsEmpty()) << seen;
  }
}

TEST(ServerCheck, AnotherHistoryOrAShorterOneIsFoundOut) {
  // Signed by the same key, and whole in itself.
  for (const uint64_t differs : {1, 200, 256, 300}) {
    const auto forked = Audit(Serve(600, differs), Serve(300).at("checkpoint"));
    ASSERT_TRUE(forked.ok()) << forked.status();
    EXPECT_THAT(forked->report.findings.kept(),
                ElementsAre(HasSubstr("growth: the first 300 events are not those")));
    EXPECT_THAT(forked->newest, IsEmpty()) << "what was seen is kept";
  }
  EXPECT_TRUE(Audit(Serve(600, 301), Serve(300).at("checkpoint"))->report.holds());
  const auto shorter = Audit(Serve(299), Serve(300).at("checkpoint"));
  EXPECT_THAT(shorter->report.findings.kept(),
              ElementsAre("growth: 300 events were signed before, and 299 are now"));
}

TEST(ServerCheck, EveryChangedPageIsNamed) {
  std::mt19937_64 random(11);
  const Pages honest = Serve(700);
  for (const auto& [path, bytes] : honest) {
    for (int sample = 0; sample < 40; ++sample) {
      Pages pages = honest;
      std::string& page = pages[path];
      page[random() % page.size()] ^= static_cast<char>(1 + random() % 255);
      const auto checked = Audit(pages);
      ASSERT_TRUE(checked.ok()) << checked.status();
      EXPECT_FALSE(checked->report.holds()) << path;
      EXPECT_THAT(checked->newest, IsEmpty());
    }
    Pages shorter = honest;
    shorter[path].resize(bytes.size() / 2);
    EXPECT_FALSE(Audit(shorter)->report.holds()) << path;
    if (path == "checkpoint") continue;
    Pages missing = honest;
    missing.erase(path);
    EXPECT_THAT(Audit(missing)->report.findings.kept().front(),
                HasSubstr(absl::StrCat(path, ": is not served")));
  }
}

TEST(ServerCheck, AnotherKeyIsNotBelieved) {
  const Pages pages = Serve(3);
  const auto other = *proofs::SignerKey::Generate("harbour", proofs::KeyType::kNote);
  const auto checked =
      CheckServer({.get = [&](const std::string& path) -> absl::StatusOr<std::string> {
                     return pages.at(path);
                   },
                   .keys = {other.verifier()},
                   .seen = ""});
  ASSERT_TRUE(checked.ok());
  EXPECT_THAT(checked->report.findings.kept(), ElementsAre(HasSubstr("checkpoint: ")));
  EXPECT_FALSE(Audit(pages, "no note").ok()) << "what was seen has to be a checkpoint";
}

}  // namespace
}  // namespace trellis::audit
