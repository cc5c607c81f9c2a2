// The event of a record, opened and read.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/record.h"
#include "google/protobuf/message.h"
#include "vault/event_vault.h"

namespace trellis::projections {

// The event of `record`. One whose key was destroyed is SubjectErased, with nothing set. The errors
// of EventVault::Open but SUBJECT_ERASED, and of domain::DecodeEventOf.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> EventOf(
    const vault::EventVault& vault, const eventstore::Record& record);

// Likewise, into `event`, an empty one of the stream's aggregate, which may live in an arena.
absl::Status ReadEvent(const vault::EventVault& vault, const eventstore::Record& record,
                       google::protobuf::Message& event);

}  // namespace trellis::projections
