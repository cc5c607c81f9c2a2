// google.pubsub.v1.Subscriber: subscriptions, snapshots, and pulling.
#pragma once

#include <map>
#include <string>

#include "queue/queue.h"
#include "services/rpc_service.h"

namespace trellis::services {

// The handlers of every rpc of Subscriber. `queue` must outlive every call.
std::map<std::string, Handler> SubscriberHandlers(queue::Queue& queue);
std::map<std::string, StreamHandler> SubscriberStreams(queue::Queue& queue);

}  // namespace trellis::services
