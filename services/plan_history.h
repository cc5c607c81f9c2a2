// Plans as they were, folded from the log.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/support_plan.h"
#include "eventstore/event_log.h"

namespace trellis::services {

// What the record's header says of its event.
domain::EventFacts FactsOf(const eventstore::Header& header);

// Up to where a plan's events are folded. All bounds hold; the defaults bound nothing.
struct HistoryBounds {
  eventstore::Revision revision = eventstore::kStreamEventsMax;
  eventstore::Position position = UINT64_MAX;
  absl::Time recorded_at = absl::InfiniteFuture();
};

// The plan as its events within `bounds` made it; revision 0 if there is none.
absl::StatusOr<v1::SupportPlan> FoldHistory(const eventstore::EventLog& log,
                                            const std::string& name, const HistoryBounds& bounds);

}  // namespace trellis::services
