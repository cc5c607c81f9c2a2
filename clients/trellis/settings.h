// Where to call, as whom, and how to print: from flags and the environment.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/trellis/call.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"

namespace trellis::cli {

struct Settings {
  std::string server;
  Tls tls;
  Caller caller;
  bool json = false;
  absl::Duration timeout;
};

// The value of an environment variable; nothing if it is not set.
using Variables = std::function<std::optional<std::string>(const std::string&)>;

// Flags win over the environment, the environment over defaults; an empty variable counts as not
// set. A usage error names the flag or variable whose value does not fit.
absl::StatusOr<Settings> ResolveSettings(const Contract& contract, const Invocation& invocation,
                                         const Variables& variables);

}  // namespace trellis::cli
