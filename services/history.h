// States as they were, folded from the log.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "eventstore/event_log.h"
#include "google/protobuf/message.h"
#include "vault/event_vault.h"

namespace trellis::services {

// Up to where a stream's events are folded. All bounds hold; the defaults bound nothing.
struct HistoryBounds {
  eventstore::Revision revision = eventstore::kStreamEventsMax;
  eventstore::Position position = UINT64_MAX;
  absl::Time recorded_at = absl::InfiniteFuture();
};

// The state of a stream as its events within `bounds` made it; of revision 0 if there is none.
// NOT_FOUND if no aggregate has such streams.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FoldHistory(
    const vault::EventVault& vault, const eventstore::EventLog& log, const std::string& name,
    const HistoryBounds& bounds);

// Likewise, as a message of this type, which is that of the stream's aggregate.
template <typename State>
absl::StatusOr<State> FoldHistoryOf(const vault::EventVault& vault, const eventstore::EventLog& log,
                                    const std::string& name, const HistoryBounds& bounds) {
  auto state = FoldHistory(vault, log, name, bounds);
  if (!state.ok()) return state.status();
  return std::move(static_cast<State&>(**state));
}

}  // namespace trellis::services
