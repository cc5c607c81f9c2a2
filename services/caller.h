// Who calls: from the call's metadata.
#pragma once

#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "services/rpc_service.h"
#include "trellis/v1/party.pb.h"

namespace trellis::services {

struct Caller {
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // The trace that the call belongs to and, in its first 8 bytes, the span that it came from; zero
  // if it named none.
  Uuid trace{};
  Uuid span{};
};

// Reads `trellis-actor` (people/{uuid}), `trellis-actor-name` (percent-encoded UTF-8, at most 200
// characters) and `trellis-capacity` (a Capacity, in any case, with '-' or '_'). UNAUTHENTICATED
// (ACTOR_MISSING, ACTOR_INVALID) says which is missing or wrong. Nothing is proved: the server
// listens on loopback only. A `traceparent` (W3C Trace Context) that makes no sense is passed over,
// as that standard asks.
absl::StatusOr<Caller> IdentifyCaller(const grpc::CallbackServerContext& context);
absl::StatusOr<Caller> IdentifyCaller(const Call& call);

}  // namespace trellis::services
