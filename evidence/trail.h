// The audit trail of one stream, told from its records alone.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eventstore/record.h"
#include "google/protobuf/message.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::evidence {

// Sets what `record` and its event say in `entry`: all but the event as data, what it changed, and
// whether it was put right later.
void AddFacts(const eventstore::Record& record, const google::protobuf::Message& event,
              v1::TrailEntry& entry);

// What the events of a stream made, in order.
struct Story {
  std::vector<std::unique_ptr<google::protobuf::Message>> events;
  // One for each event, complete but for the event as data.
  std::vector<v1::TrailEntry> entries;
  // The state after the last one: a message of the stream's aggregate.
  std::unique_ptr<google::protobuf::Message> state;
};

// The story of `records`, the revisions 1 to n of one stream, at least one. They are believed:
// events that no Decide could have made may crash. The errors of domain::DecodeEventOf.
absl::StatusOr<Story> Tell(absl::Span<const eventstore::Record> records);

}  // namespace trellis::evidence
