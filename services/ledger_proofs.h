// Proofs about the ledger, as anybody may ask for them.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/aggregate_service.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::services {

// Reads the tiles of `log`, which must outlive it.
inline auto TilesOf(const eventstore::EventLog& log) {
  return [&log](const proofs::TileId& id) { return log.ReadTile(id); };
}

// That it has no key: FAILED_PRECONDITION (LEDGER_NOT_SIGNED).
absl::Status LedgerNotSigned();

// The newest checkpoint that the witnesses have cosigned, if it covers the first `size` events.
// FAILED_PRECONDITION (WITNESSES_NOT_SET) if no witnesses are asked; UNAVAILABLE
// (COSIGNATURES_MISSING) if they have not come so far yet.
absl::StatusOr<std::shared_ptr<const eventstore::SignedCheckpoint>> CosignedCheckpoint(
    const Rooms& rooms, eventstore::Position size);

// LEDGER_NOT_SIGNED, and of what is cosigned the errors of CosignedCheckpoint.
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
