// AuditService: who did what, in which capacity, when it was recorded and when it happened.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"

namespace trellis::services {

// The handlers of every rpc of AuditService but those that answer with a stream.
std::map<std::string, Handler> AuditHandlers(const Rooms& rooms);
// The others.
std::map<std::string, AnsweringHandler> AuditStreams(const Rooms& rooms);

}  // namespace trellis::services
