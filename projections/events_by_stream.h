// The events of one batch, by stream. A stream's events are applied one after another: going from
// one to another for each event would find every state outside the processor's cache.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "eventstore/record.h"

namespace trellis::projections {

// Not thread-safe.
class EventsByStream {
 public:
  // Takes `record` and leaves one of an earlier batch in its place, for its memory. Records come in
  // the order of their positions.
  void Add(eventstore::Record& record);

  // How many streams there are events of, and how many bytes the events have.
  size_t streams() const { return streams_.size(); }
  size_t bytes() const { return bytes_; }

  // Calls `apply` with the events of each stream in their order. Returns OK, or what `apply` said
  // of the first event, by position, that it refused; whether events after that were applied is
  // undefined.
  absl::Status Apply(const std::function<absl::Status(const eventstore::Record&)>& apply) const;

  // Forgets the events; keeps the memory for the next batch.
  void Clear();

 private:
  struct Stream {
    size_t first_event = 0;
    size_t last_event = 0;
  };
  struct Event {
    eventstore::Record record;
    // The next event of the same stream; 0: there is none.
    size_t next = 0;
  };

  // Those after the first `size_` are of earlier batches.
  std::vector<Event> events_;
  size_t size_ = 0;
  size_t bytes_ = 0;
  std::vector<Stream> streams_;
  absl::flat_hash_map<std::string, size_t> stream_numbers_;
};

}  // namespace trellis::projections
