// The request that a command line asks for.
#pragma once

#include <istream>
#include <memory>

#include "absl/status/statusor.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/contract.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

// The request of `invocation`, whose command has a method: what `--input` holds (`-` reads `in`),
// then the flags, which replace it, then what stands without a flag. A list given by flags replaces
// the whole list. An empty `request_id` becomes a random UUID. A usage error if a value does not
// fit, a file cannot be read, or what the command is about is not named.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(
    const Contract& contract, const Invocation& invocation, std::istream& in);

// The `request_id` of `request`; empty if it has none.
std::string RequestIdOf(const google::protobuf::Message& request);

}  // namespace trellis::cli
