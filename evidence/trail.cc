#include "evidence/trail.h"

#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/entries.h"
#include "domain/field_changes.h"
#include "projections/state_change.h"
#include "rendering/sentence.h"

namespace trellis::evidence {
namespace {

using google::protobuf::Message;

// Marks the entry of the event that made what `event` puts right.
void MarkCorrected(const Message& state, const Message& event, std::vector<v1::TrailEntry>& told) {
  const Message& kind = domain::KindOf(event);
  if (kind.GetDescriptor() != v1::EntryCorrected::descriptor()) return;
  const auto& corrected = static_cast<const v1::EntryCorrected&>(kind);
  const Message* const entry = domain::FindEntry(state, corrected.entry_id());
  CHECK(entry != nullptr);
  const auto made_at = static_cast<size_t>(domain::EntryOf(*entry).revision());
  CHECK(made_at >= 1 && made_at <= told.size());
  const auto revision = static_cast<int64_t>(told.size());
  if (corrected.corrections().empty()) {
    told[made_at - 1].set_struck_out_by_revision(revision);
  } else {
    told[made_at - 1].set_corrected_by_revision(revision);
  }
}

}  // namespace

void AddFacts(const eventstore::Record& record, const Message& event, v1::TrailEntry& entry) {
  const eventstore::Header& header = record.header;
  const domain::EventHead head = domain::HeadOf(event);
  entry.set_position(static_cast<int64_t>(header.position));
  entry.set_event_id(UuidText(header.event_id));
  entry.set_event_type(header.type);
  *entry.mutable_record_time() = ToTimestamp(header.recorded_at);
  entry.set_occurred_on(head.occurred_on);
  entry.set_late_days(domain::LateDays(head.occurred_on, head.late_reason, header.recorded_at));
  entry.mutable_actor()->set_person(header.origin.actor);
  entry.mutable_actor()->set_name(head.actor_name);
  entry.set_capacity(static_cast<v1::Capacity>(header.origin.capacity));
  entry.set_request_id(UuidText(header.origin.request_id));
  entry.set_sentence(rendering::SentenceFor(head.actor_name, entry.capacity(), event));
}

absl::StatusOr<Story> Tell(absl::Span<const eventstore::Record> records) {
  CHECK(!records.empty());
  const std::string& stream = records.front().header.stream;
  Story story;
  domain::FieldChanges changes;
  for (const eventstore::Record& record : records) {
    // Refuses a stream of no aggregate as well.
    ASSIGN_OR_RETURN(std::unique_ptr<Message> event, domain::DecodeEventOf(stream, record.payload));
    const domain::Aggregate& aggregate = *domain::AggregateOf(stream);
    if (story.state == nullptr) story.state = domain::EmptyState(aggregate, stream);
    changes.Before(*story.state, *event);
    aggregate.evolve(*story.state, stream, *event, projections::FactsOf(record.header));
    v1::TrailEntry& entry = story.entries.emplace_back();
    entry.set_revision(static_cast<int64_t>(story.entries.size()));
    AddFacts(record, *event, entry);
    for (v1::FieldChange& change : changes.After(*story.state)) {
      *entry.add_changes() = std::move(change);
    }
    MarkCorrected(*story.state, *event, story.entries);
    story.events.push_back(std::move(event));
  }
  return story;
}

}  // namespace trellis::evidence
