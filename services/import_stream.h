// The call of an import: chunks come in, progress goes out.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "services/import_kind.h"
#include "services/rpc_service.h"

namespace trellis::services {

// Imports that run at once, of whatever kinds; each has a thread of its own.
inline constexpr int kImportsMax = 4;

// Handles calls that import files of one of `kinds`. RESOURCE_EXHAUSTED (IMPORTS_BUSY) while
// kImportsMax others run; `running`, which handlers share, counts them.
StreamHandler ImportHandler(const Rooms& rooms, std::vector<ImportKind> kinds,
                            std::shared_ptr<std::atomic<int>> running);

}  // namespace trellis::services
