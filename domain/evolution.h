// What every Evolve does alike, whatever its aggregate. Holds no rules.
#pragma once

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/timestamp.h"
#include "domain/codec.h"
#include "domain/decision.h"
#include "trellis/v1/entry.pb.h"
#include "trellis/v1/erasure.pb.h"

namespace trellis::domain {

// One event more made `state`: its revision, etag and time of change.
template <typename State>
void Advance(State& state, const EventFacts& facts) {
  state.set_revision(state.revision() + 1);
  state.set_etag(absl::StrCat("\"", state.revision(), "\""));
  *state.mutable_update_time() = ToTimestamp(facts.recorded_at);
}

// The content of `state`, which has advanced, was erased: name, revision and times stay.
template <typename State>
void EraseContent(State& state) {
  State rest;
  rest.set_name(state.name());
  rest.set_etag(state.etag());
  rest.set_revision(state.revision());
  *rest.mutable_update_time() = state.update_time();
  *rest.mutable_erase_time() = state.update_time();
  state = std::move(rest);
}

// Likewise of a plan or an induction, which says whose it was. Of an event that cannot be read
// nothing is known; the last one, which can, says it.
template <typename State>
void EraseRecord(State& state, const v1::SubjectErased& erased) {
  EraseContent(state);
  state.set_state(State::ERASED);
  if (!erased.subject().empty()) state.mutable_ect()->set_person(erased.subject());
}

// Who did it, by the name that the event has.
template <typename Event>
void SetActor(const Event& event, const EventFacts& facts, v1::Party& actor) {
  actor.set_person(facts.actor);
  actor.set_name(event.actor_name());
}

// How an entry came to be in the record: with `event`, which has advanced `state`.
template <typename State, typename Event>
void SetEntry(const State& state, const Event& event, const EventFacts& facts, v1::Entry& entry) {
  entry.set_revision(state.revision());
  *entry.mutable_record_time() = state.update_time();
  SetActor(event, facts, *entry.mutable_recorded_by());
  entry.set_capacity(facts.capacity);
  entry.set_occurred_on(event.occurred_on());
  entry.set_late_reason(event.late_reason());
  entry.set_late_days(LateDays(event.occurred_on(), event.late_reason(), facts.recorded_at));
}

}  // namespace trellis::domain
