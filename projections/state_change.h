// One event, as views see it. The state is folded once for each event; every view gets the event
// with the state after it, and writes its own rows.
#pragma once

#include <vector>

#include "domain/decision.h"
#include "eventstore/record.h"
#include "google/protobuf/message.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::projections {

// What the record's header says of its event.
inline domain::EventFacts FactsOf(const eventstore::Header& header) {
  return {.recorded_at = header.recorded_at,
          .actor = header.origin.actor,
          .capacity = static_cast<v1::Capacity>(header.origin.capacity),
          .payload_digest = header.payload_digest};
}

struct StateChange {
  const eventstore::Header& header;
  // The event and the state as it left it: messages of the stream's aggregate.
  const google::protobuf::Message& event;
  const google::protobuf::Message& state;
  // What the event changed in entries that stood already.
  std::vector<v1::FieldChange> changes;
};

}  // namespace trellis::projections
