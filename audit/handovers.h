// The handovers of signing keys that a ledger has recorded.
#pragma once

#include <string>
#include <vector>

#include "eventstore/database.h"
#include "proofs/handover.h"

namespace trellis::audit {

// Those in the stream of `ledger`, the oldest first, as far as they can be read: each is signed by
// both of its keys.
std::vector<proofs::Handover> HandoversIn(const eventstore::Database& database,
                                          const std::string& ledger);

}  // namespace trellis::audit
