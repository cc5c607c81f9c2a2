// Mistakes made on the command line, apart from what a server says.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/error.h"

namespace trellis::cli {

inline constexpr char kUsageReason[] = "USAGE";

// A mistake in the command line, the environment or a file it names. `message` is one line: what
// was read, what was got, what is wanted.
inline absl::Status UsageError(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, kUsageReason, message);
}

}  // namespace trellis::cli
