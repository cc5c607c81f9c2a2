// The handlers of PrivacyService: legal holds, how long records are kept, and erasing.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "services/eraser.h"

namespace trellis::services {

// People whose records one ListRetentionDue looks at, at most: what is due is few of many, and a
// page that finds nothing must end too.
inline constexpr size_t kRetentionsLookedAt = 5'000;

// The handlers of every rpc of PrivacyService.
std::map<std::string, Handler> PrivacyHandlers(const Rooms& rooms, Eraser& eraser);

}  // namespace trellis::services
