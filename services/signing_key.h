// The key that the ledger signs its checkpoints with.
#pragma once

#include "absl/status/statusor.h"
#include "proofs/key.h"
#include "services/settings.h"

namespace trellis::services {

// The key in `{data}/signing.key`; made where there is neither it nor a log. Its public half is
// written to `{data}/signing.pub`, a line for everybody who checks the ledger. The errors of
// ReadKeyFile and WriteKeyFile; DATA_UNUSABLE if the public half cannot be written.
absl::StatusOr<proofs::SignerKey> SigningKey(const Settings& settings);

}  // namespace trellis::services
