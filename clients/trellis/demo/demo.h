// Fills a server with a made-up trust, through the same calls that anybody can make.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/trellis/call.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "clients/trellis/run.h"

namespace trellis::cli {

struct DemoOptions {
  // 1 to kDemoSchoolsMax.
  int schools = 5;
  // 0 to kDemoSeedMax. Another seed is another trust; the same one adds only what is missing.
  int seed = 1;
};

// Reads `--schools` and `--seed`. A usage error says what was got.
absl::StatusOr<DemoOptions> DemoOptionsOf(const Invocation& invocation);

// Gives the commands, those of several schools at once and of one school in order. On a terminal
// standard error shows how far it is. Stops at the first error, whose message begins with the
// school and the command; run again, it goes on from there, for what was recorded is answered as it
// was the first time and writes nothing. The day that a school was begun on stays its last day.
// `json`: a JSON object in place of a sentence and hints what to look at.
absl::Status RunDemo(const Contract& contract, const DemoOptions& options, bool json,
                     const Server::Options& server, const Process& process);

}  // namespace trellis::cli
