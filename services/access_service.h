// The handlers of AccessService: who the caller is, grants, and service accounts.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"

namespace trellis::services {

// By the names of their methods.
std::map<std::string, Handler> AccessHandlers(const Rooms& rooms);

}  // namespace trellis::services
