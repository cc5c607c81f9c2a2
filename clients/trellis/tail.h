// `trellis queue tail`: events as they come.
#pragma once

#include "absl/status/status.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"
#include "clients/trellis/session.h"

namespace trellis::cli {

// Shows events until `process` is interrupted, so many as `--count` says, or the server ends it;
// deletes what it made for that. A line each; with `json`, an object each.
absl::Status Tail(const Invocation& invocation, bool json, Session& session,
                  const Process& process);

}  // namespace trellis::cli
