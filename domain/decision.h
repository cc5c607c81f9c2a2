// What every decision has to do with, of whatever aggregate.
//
//   Decide(state, request, context)  may refuse; says which events follow; changes nothing.
//   Evolve(state, event, facts)      may not refuse: the event has happened.
//
// Both are pure: no clock, no I/O, no randomness, no logging. A decision depends only on its
// arguments, so it can be replayed from the log and tested without a server.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/school.pb.h"

namespace trellis::domain {

// The event that the stream of a state holds: `EventOf<v1::SupportPlan>::Type`. Each aggregate's
// header says its own.
template <typename State>
struct EventOf;

// What a decision may know beside the state and the request. The caller supplies it, so that time
// and identity are arguments like any other.
struct Context {
  absl::Time now;
  // The day that it is in London.
  absl::CivilDay today;
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // The school that it is about, as the directory has it; null where it is about none, or the
  // directory is not asked.
  const v1::SchoolRecord* school = nullptr;
  // The name of what a command makes, such as the plan that RenewPlan opens.
  std::string new_name;
  // By what the actor is known again, whoever they are by then: see ErasureRequest::requested_with.
  // Empty where nobody asks for it.
  std::string credential = {};
};

// What follows from a command, all or nothing. No events: it is already so.
template <typename State>
struct DecisionOn {
  using Events = std::vector<typename EventOf<State>::Type>;
  Events events;
  // What follows for another stream, Context::new_name, of the same aggregate; most have none.
  Events successor_events;
};
template <typename State>
using DecidedOn = absl::StatusOr<DecisionOn<State>>;

// What the log says of an event beside its message.
struct EventFacts {
  absl::Time recorded_at;
  std::string actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // SHA-256 of the event as stored.
  Digest payload_digest{};
};

}  // namespace trellis::domain
