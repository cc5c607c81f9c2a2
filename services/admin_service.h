// The services for whoever runs the ledger.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "services/backups.h"
#include "services/eraser.h"
#include "services/rpc_service.h"

namespace trellis::services {

// The handlers of trellis.v1.AdminService and of google.longrunning.Operations. `backups` and
// `eraser` must outlive every call.
std::map<std::string, Handler> AdminHandlers(const Rooms& rooms, Backups& backups);
std::map<std::string, Handler> OperationsHandlers(Backups& backups, Eraser& eraser);

}  // namespace trellis::services
