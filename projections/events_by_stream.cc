#include "projections/events_by_stream.h"

#include <utility>

namespace trellis::projections {
namespace {

constexpr size_t kCacheLineBytes = 64;

void Prefetch(const void* begin, size_t bytes) {
  for (size_t i = 0; i < bytes; i += kCacheLineBytes) {
    __builtin_prefetch(static_cast<const char*>(begin) + i);
  }
}

// A stream's next event lies anywhere in the batch: it is fetched while the one before is applied.
void Prefetch(const eventstore::Record& record) {
  Prefetch(record.payload.data(), record.payload.size());
  Prefetch(record.header.stream.data(), record.header.stream.size());
  Prefetch(record.header.origin.actor.data(), record.header.origin.actor.size());
}

}  // namespace

void EventsByStream::Add(eventstore::Record& record) {
  if (size_ == events_.size()) events_.emplace_back();
  Event& event = events_[size_];
  std::swap(event.record, record);
  event.next = 0;
  bytes_ += event.record.payload.size();
  const auto [stream, is_new] =
      stream_numbers_.try_emplace(event.record.header.stream, streams_.size());
  if (is_new) {
    streams_.push_back({.first_event = size_, .last_event = size_});
  } else {
    size_t& last_event = streams_[stream->second].last_event;
    events_[last_event].next = size_;
    last_event = size_;
  }
  ++size_;
}

absl::Status EventsByStream::Apply(
    const std::function<absl::Status(const eventstore::Record&)>& apply) const {
  absl::Status refusal;
  // Where the event is that was refused, and behind the last one while there is none.
  size_t refused = size_;
  for (const Stream& stream : streams_) {
    size_t event = stream.first_event;
    do {
      if (event >= refused) break;
      if (const size_t next = events_[event].next; next != 0) Prefetch(events_[next].record);
      if (absl::Status status = apply(events_[event].record); !status.ok()) {
        refusal = std::move(status);
        refused = event;
      }
      event = events_[event].next;
    } while (event != 0);
  }
  return refusal;
}

void EventsByStream::Clear() {
  size_ = 0;
  bytes_ = 0;
  streams_.clear();
  stream_numbers_.clear();
}

}  // namespace trellis::projections
