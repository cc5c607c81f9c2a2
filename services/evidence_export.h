// Evidence bundles, as they are asked for.
#pragma once

#include "services/aggregate_service.h"

namespace trellis::services {

// Bundles that are made or sent at once: each takes up to 200 MiB.
inline constexpr int kExportsMax = 2;

// Answers ExportEvidence. UNAUTHENTICATED as of IdentifyCaller; NOT_FOUND, PERMISSION_DENIED as of
// reading the resource; FAILED_PRECONDITION (LEDGER_NOT_SIGNED, EVIDENCE_TOO_LARGE);
// the errors of CosignedCheckpoint where that is wanted; RESOURCE_EXHAUSTED (EXPORTS_BUSY) while
// kExportsMax others run.
AnsweringHandler EvidenceHandler(const Rooms& rooms);

}  // namespace trellis::services
