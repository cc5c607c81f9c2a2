// What it costs that callers are known: TLS, tokens, the policy and the access log.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct AccessBenchOptions {
  // The server's binary, and this one.
  std::string trellisd, self;
  // A directory to work in.
  std::string work;
  int rounds = 0;
  absl::Duration round;
};

// Adds a row for durable commands and one for reads, both over TLS with a token, beside a null rpc
// over TLS; one for what a refusal tells by its time; one for the answer of the policy alone; and
// one for a caller beside a noisy one.
void MeasureAccess(const AccessBenchOptions& options, std::vector<Row>& rows);

}  // namespace trellis::bench
