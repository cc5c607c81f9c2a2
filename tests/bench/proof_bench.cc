#include "tests/bench/proof_bench.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/clock.h"
#include "eventstore/database.h"
#include "eventstore/event_log.h"
#include "proofs/prove.h"
#include "proofs/verify.h"

namespace trellis::bench {
namespace {

constexpr int kProofs = 20'000;

// Of the rows that hold the tree, key and value.
uint64_t TileBytes(const eventstore::EventLogOptions& options) {
  const auto database = eventstore::Database::OpenReadOnly(options);
  if (!database.ok()) Crash(database.status().message());
  uint64_t bytes = 0;
  const absl::Status scanned = (*database)->Scan(
      (*database)->tiles(),
      [&](absl::string_view key, absl::string_view value) { bytes += key.size() + value.size(); });
  CHECK(scanned.ok());
  return bytes;
}

}  // namespace

void MeasureProofs(const std::string& data, int rounds, std::vector<Row>& rows) {
  const SystemClock clock;
  const eventstore::EventLogOptions options = {.directory = data + "/log", .ledger = "trellis"};
  auto log = eventstore::EventLog::Open(options, clock);
  if (!log.ok()) Crash(log.status().message());
  const uint64_t size = (*log)->durable_position();
  const auto tiles = [&](const proofs::TileId& id) { return (*log)->ReadTile(id); };
  const auto root = proofs::RootAt(size, tiles);
  if (!root.ok()) Crash(root.status().message());
  std::mt19937_64 random(1);
  std::vector<double> made, verified;
  for (int round = 0; round < rounds; ++round) {
    std::vector<uint64_t> indexes(kProofs);
    for (uint64_t& index : indexes) index = random() % size;
    std::vector<std::vector<Digest>> proofs;
    SteadyClock::time_point start = SteadyClock::now();
    for (const uint64_t index : indexes) {
      auto proof = proofs::ProveInclusion(index, size, tiles);
      if (!proof.ok()) Crash(proof.status().message());
      proofs.push_back(*std::move(proof));
    }
    made.push_back(kProofs / SecondsSince(start));
    std::vector<Digest> leaves;
    for (const uint64_t index : indexes) {
      const auto read = (*log)->ReadAll(index + 1, index + 1, [&](const auto& record) {
        leaves.push_back(record.leaf_digest);
        return absl::OkStatus();
      });
      CHECK(read.ok());
    }
    start = SteadyClock::now();
    for (size_t i = 0; i < proofs.size(); ++i) {
      CHECK(proofs::VerifyInclusion(leaves[i], indexes[i], size, proofs[i], *root).ok());
    }
    verified.push_back(kProofs / SecondsSince(start));
  }
  const std::string label = Figure(static_cast<double>(size), "events");
  rows.push_back({.what = absl::StrCat("proofs of inclusion made, one thread, ", label),
                  .measured = Figure(Median(made), "proofs/s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
  rows.push_back({.what = absl::StrCat("proofs of inclusion verified, one thread, ", label),
                  .measured = Figure(Median(verified), "proofs/s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
  log->reset();
  rows.push_back(
      {.what = absl::StrCat("bytes of tiles for each event, ", label),
       .measured = Figure(static_cast<double>(TileBytes(options)) / static_cast<double>(size), "B"),
       .limit = "a digest: 32 B",
       .ratio = "",
       .wanted = ""});
}

}  // namespace trellis::bench
