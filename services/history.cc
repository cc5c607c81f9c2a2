#include "services/history.h"

#include <vector>

#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "projections/state_change.h"
#include "projections/stored_event.h"

namespace trellis::services {

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FoldHistory(
    const vault::EventVault& vault, const eventstore::EventLog& log, const std::string& name,
    const HistoryBounds& bounds) {
  const domain::Aggregate* const aggregate = domain::AggregateOf(name);
  if (aggregate == nullptr) return domain::NotFound(name);
  ASSIGN_OR_RETURN(const std::vector<eventstore::Record> records,
                   log.ReadStream(name, 1, bounds.revision));
  std::unique_ptr<google::protobuf::Message> state = domain::EmptyState(*aggregate, name);
  for (const eventstore::Record& record : records) {
    const eventstore::Header& header = record.header;
    if (header.position > bounds.position || header.recorded_at > bounds.recorded_at) break;
    ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> event,
                     projections::EventOf(vault, record));
    aggregate->evolve(*state, name, *event, projections::FactsOf(header));
  }
  return state;
}

}  // namespace trellis::services
