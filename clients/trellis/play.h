// Plays: commands from a file, each sent as its own actor.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/trellis/call.h"
#include "clients/trellis/grammar/contract.h"
#include "google/protobuf/message.h"
#include "trellis/v1/play.pb.h"

namespace trellis::cli {

// Reads the play in `file`, or from `in` if it is `-`. A usage error names the first step that
// cannot be sent: without a command, a `request_id`, an actor or a capacity. Checked before the
// first is sent, so that a play does not stop half way for a typing mistake.
absl::StatusOr<v1::Play> ReadPlay(const std::string& file, std::istream& in);

// Sends one step, which holds a command, as its actor, and returns the reply.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> SendStep(const Contract& contract,
                                                                    const v1::PlayStep& step,
                                                                    Server& server);

struct PlayOptions {
  // A JSON object per step in place of a sentence.
  bool json = false;
};

// Sends the steps of `play`, which ReadPlay gave, in order, and writes a line to `out` as each is
// answered. Stops at the first error, whose message then begins with the step.
absl::Status RunPlay(const Contract& contract, const v1::Play& play, Server& server,
                     const PlayOptions& options, std::ostream& out);

}  // namespace trellis::cli
