// trellis.v1.QueueService: how subscriptions stand, and dead letters.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "queue/queue.h"
#include "services/rpc_service.h"

namespace trellis::services {

// The handlers of every rpc of QueueService. `queue` and `clock` must outlive every call.
std::map<std::string, Handler> QueueHandlers(queue::Queue& queue, const Clock& clock);

}  // namespace trellis::services
