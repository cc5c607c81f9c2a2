#include "tests/bench/proof_bench.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/clock.h"
#include "eventstore/event_log.h"
#include "proofs/prove.h"
#include "proofs/verify.h"

namespace trellis::bench {
namespace {

constexpr int kProofs = 20'000;

}  // namespace

void MeasureProofs(const std::string& data, int rounds, std::vector<Row>& rows) {
  const SystemClock clock;
  const auto log =
      eventstore::EventLog::Open({.directory = data + "/log", .ledger = "trellis"}, clock);
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
}

}  // namespace trellis::bench
