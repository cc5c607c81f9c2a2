// StandardsService: the Teachers' Standards.
#pragma once

#include <map>
#include <string>

#include "services/rpc_service.h"

namespace trellis::services {

// The handlers of every rpc of StandardsService.
std::map<std::string, Handler> StandardsHandlers();

}  // namespace trellis::services
