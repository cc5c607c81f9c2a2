// The topic of the ledger's events: a message's number is its event's position.
#pragma once

#include <string>
#include <vector>

#include "base/digest.h"
#include "eventstore/event_log.h"
#include "queue/topic.h"

namespace trellis::queue {

// An event that was seen, by which a log is known again: what was restored from a backup may be
// shorter, or hold other events behind the same positions.
struct Mark {
  eventstore::Position position = 0;
  Digest leaf_digest{};
};

class LedgerTopic final : public Topic {
 public:
  // `log` and `format` must outlive it.
  LedgerTopic(std::string name, const eventstore::EventLog& log, const EventFormat& format);

  Number last() const override { return log_.durable_position(); }
  // The latest event that was read.
  Mark newest() const;
  // Whether the log holds the event that `mark` names.
  absl::StatusOr<bool> Holds(const Mark& mark) const;

 protected:
  absl::StatusOr<std::vector<MessagePointer>> Load(Number first, Number last) override;

 private:
  const eventstore::EventLog& log_;
  const EventFormat& format_;
  mutable Mutex mutex_;
  Mark newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::queue
