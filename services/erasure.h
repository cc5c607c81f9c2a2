// EraseSubject: what goes, what stays, what stands against it; and the events that say it is so.
#pragma once

#include "services/aggregate_service.h"
#include "services/eraser.h"

namespace trellis::services {

// The handler of the rpc; see there. `eraser` must outlive it.
Handler EraseSubjectHandler(const Rooms& rooms, Eraser& eraser);

}  // namespace trellis::services
