// What one noisy caller does to another: the limits of services/rate_limiter.h, from outside.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/load.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct NoiseBenchOptions {
  // Of a server with limits.
  std::string server;
  // Makes `polite_method` with `polite_request` 100 times a second, each time one call.
  Caller polite;
  std::string polite_method, polite_request;
  // Makes `noisy_method` with an empty request, 128 at a time, as fast as it gets answers, whatever
  // they are.
  Caller noisy;
  std::string noisy_method;
  int rounds = 0;
  absl::Duration round;
};

// Adds a row: the polite caller's p99 beside the noisy one, and alone.
void MeasureNoise(const NoiseBenchOptions& options, std::vector<Row>& rows);

}  // namespace trellis::bench
