// A Pull: waits for messages, for a while.
#pragma once

#include "google/pubsub/v1/pubsub.pb.h"
#include "queue/queue.h"
#include "services/rpc_service.h"

namespace trellis::services {

// How long a Pull waits until it answers that there is nothing; below the deadlines of clients.
inline constexpr absl::Duration kPullWait = absl::Seconds(20);

// Answers `call` with what there is, or once something comes.
void Pull(queue::Queue& queue, Call call, const google::pubsub::v1::PullRequest& request);

}  // namespace trellis::services
