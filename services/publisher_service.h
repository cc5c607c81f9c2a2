// google.pubsub.v1.Publisher: the topics, to be read only.
#pragma once

#include <map>
#include <string>

#include "queue/queue.h"
#include "services/rpc_service.h"

namespace trellis::services {

// The handlers of every rpc of Publisher. `queue` must outlive every call.
std::map<std::string, Handler> PublisherHandlers(queue::Queue& queue);

}  // namespace trellis::services
