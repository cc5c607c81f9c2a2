// How a failed command ends: with which number, and with which words.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace trellis::cli {

// The status of a call that was answered with `status`: same code and message, with the details of
// its google.rpc.Status as payloads, so that ErrorReason reads it.
absl::Status FromGrpc(const grpc::Status& status);

// `status` with another message.
absl::Status WithMessage(const absl::Status& status, absl::string_view message);

// The program's exit code for `status`; see ExitCodesHelp.
int ExitCode(const absl::Status& status);

// `trellis: MESSAGE (REASON)` and, where the server found several things wrong with a request, a
// line for each. A mistake on the command line has no reason.
std::string ErrorText(const absl::Status& status);

// What the exit codes mean.
std::string ExitCodesHelp();

}  // namespace trellis::cli
