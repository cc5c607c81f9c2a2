// Who acts in a call, as its events will have it.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "trellis/v1/party.pb.h"

namespace trellis::services {

struct Caller {
  // A person or, in the capacity SERVICE, a service account.
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // The trace that the call belongs to and, in its first 8 bytes, the span that it came from; zero
  // if it named none.
  Uuid trace{};
  Uuid span{};
  // See domain::Context.
  std::string credential = {};
};

// The metadata or header of this name; empty if there is none.
using MetadataReader = std::function<std::string(const std::string&)>;

inline constexpr char kActorKey[] = "trellis-actor";

// Who a call says it is of: `trellis-actor` (people/{uuid}) and `trellis-actor-name`
// (percent-encoded UTF-8, at most 200 characters). UNAUTHENTICATED (ACTOR_MISSING, ACTOR_INVALID)
// says which is missing or wrong. Nothing is proved by it.
absl::StatusOr<v1::Party> ActorIn(const MetadataReader& metadata);

// The capacity that the caller acts in, `trellis-capacity` (a Capacity, in any case, with '-' or
// '_'). CAPACITY_UNSPECIFIED if none is said. UNAUTHENTICATED (ACTOR_INVALID) for another word.
absl::StatusOr<v1::Capacity> CapacityIn(const MetadataReader& metadata);

// UNAUTHENTICATED (ACTOR_MISSING): a capacity is wanted.
absl::Status CapacityMissing();
// Likewise, an actor.
absl::Status ActorMissing();

// Why the call is made, where somebody was asked: `trellis-reason`, percent-encoded UTF-8, at most
// kReasonMax bytes; empty if nothing is said. UNAUTHENTICATED (ACTOR_INVALID) if it is no such
// text.
inline constexpr size_t kReasonMax = 1'000;
absl::StatusOr<std::string> ReasonIn(const MetadataReader& metadata);

// Sets the caller's trace by `traceparent` (W3C Trace Context); one that makes no sense is passed
// over, as that standard asks.
void ReadTrace(const MetadataReader& metadata, Caller& caller);

}  // namespace trellis::services
