// Who calls: from the call's metadata.
#pragma once

#include "absl/status/statusor.h"
#include "services/rpc_service.h"
#include "trellis/v1/party.pb.h"

namespace trellis::services {

struct Caller {
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
};

// Reads `trellis-actor` (people/{uuid}), `trellis-actor-name` (percent-encoded UTF-8, at most 200
// characters) and `trellis-capacity` (a Capacity, in any case, with '-' or '_'). UNAUTHENTICATED
// (ACTOR_MISSING, ACTOR_INVALID) says which is missing or wrong. Nothing is proved: the server
// listens on loopback only.
absl::StatusOr<Caller> IdentifyCaller(const Call& call);

}  // namespace trellis::services
