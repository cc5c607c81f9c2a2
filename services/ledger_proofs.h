// Proofs about the ledger, as anybody may ask for them.
#pragma once

#include "absl/status/statusor.h"
#include "services/aggregate_service.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::services {

// That it has no key: FAILED_PRECONDITION (LEDGER_NOT_SIGNED).
absl::Status LedgerNotSigned();

// LEDGER_NOT_SIGNED.
absl::StatusOr<v1::LedgerCheckpoint> GetCheckpoint(const Rooms& rooms,
                                                   const v1::GetCheckpointRequest& request);

// INVALID_ARGUMENT unless one event is asked for and the tree reaches it; NOT_FOUND
// (EVENT_NOT_FOUND) if there is none; OUT_OF_RANGE (PROOF_OUT_OF_RANGE) if the tree is larger than
// the ledger.
absl::StatusOr<v1::EventProof> GetProof(const Rooms& rooms, const v1::GetProofRequest& request);

// INVALID_ARGUMENT if the first size is the larger; OUT_OF_RANGE (PROOF_OUT_OF_RANGE) as above.
absl::StatusOr<v1::ConsistencyProof> GetConsistencyProof(
    const Rooms& rooms, const v1::GetConsistencyProofRequest& request);

}  // namespace trellis::services
