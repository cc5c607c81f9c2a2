// The handlers of AccessService: who the caller is, grants, and service accounts.
#pragma once

#include <map>
#include <string>

#include "access/access_log.h"
#include "services/aggregate_service.h"

namespace trellis::services {

// By the names of their methods. `log` must outlive every call.
std::map<std::string, Handler> AccessHandlers(const Rooms& rooms, access::AccessLog& log);

}  // namespace trellis::services
