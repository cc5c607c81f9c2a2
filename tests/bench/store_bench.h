// Trellis beside stores that people record events in: durable writes, each with its own answer.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct StoreBenchOptions {
  std::string trellisd, work;
  // The Go program of tests/bench/peers, which writes to all of them; and the folder of the scripts
  // that start the peers. What is not there is skipped, and its row says why.
  std::string peers, scripts;
  int rounds = 5;
  // How long each store is written to, in each round, by each number of clients.
  absl::Duration round = absl::Seconds(4);
};

// Writes to all stores side by side, with 1, 16, 64 and 256 clients, as rows. A client waits for
// the answer of its write, which every store gives when the write is durable, before the next one.
// Syncs are counted in a round of their own: being watched costs more than it should.
void MeasureStores(const StoreBenchOptions& options, std::vector<Row>& rows);

}  // namespace trellis::bench
