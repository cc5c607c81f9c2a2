#include "services/plan_history.h"

#include "base/status_macros.h"
#include "domain/codec.h"

namespace trellis::services {

domain::EventFacts FactsOf(const eventstore::Header& header) {
  return {.recorded_at = header.recorded_at,
          .actor = header.origin.actor,
          .capacity = static_cast<v1::Capacity>(header.origin.capacity),
          .payload_digest = header.payload_digest};
}

absl::StatusOr<v1::SupportPlan> FoldHistory(const eventstore::EventLog& log,
                                            const std::string& name, const HistoryBounds& bounds) {
  ASSIGN_OR_RETURN(const std::vector<eventstore::Record> records,
                   log.ReadStream(name, 1, bounds.revision));
  v1::SupportPlan plan;
  plan.set_name(name);
  for (const eventstore::Record& record : records) {
    if (record.header.position > bounds.position) break;
    if (record.header.recorded_at > bounds.recorded_at) break;
    ASSIGN_OR_RETURN(const v1::SupportPlanEvent event, domain::DecodeEvent(record.payload));
    domain::Evolve(plan, name, event, FactsOf(record.header));
  }
  return plan;
}

}  // namespace trellis::services
