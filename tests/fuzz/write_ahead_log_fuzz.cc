// Bytes as a write-ahead log: what is found in it lies in it, in order, and is found again.
#include "eventstore/write_ahead_log.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {

using eventstore::LoggedBatch;

void Try(absl::string_view bytes) {
  size_t last_end = 0;
  eventstore::ForEachBatch(bytes, [&](const LoggedBatch& batch) {
    CHECK(last_end <= batch.begin && batch.begin < batch.end && batch.end <= bytes.size());
    CHECK(batch.bytes.size() < batch.end - batch.begin);
    last_end = batch.end;
    CHECK(batch.next_sequence() - batch.first_sequence() <= UINT32_MAX);
    const std::optional<LoggedBatch> again = eventstore::BatchAt(bytes, batch.begin);
    CHECK(again.has_value() && again->end == batch.end && again->bytes == batch.bytes);
    CHECK(eventstore::HasBatchFrom(bytes, batch.begin));
    CHECK(!eventstore::BatchAt(bytes.substr(0, batch.end - 1), batch.begin).has_value());
  });
  // Where no fragment begins, no batch does.
  if (!eventstore::HasBatchFrom(bytes, 0)) CHECK(last_end == 0);
  CHECK(!eventstore::HasBatchFrom(bytes, bytes.size()));
  CHECK(!eventstore::BatchAt(bytes, bytes.size()).has_value());
}

}  // namespace trellis::fuzz
