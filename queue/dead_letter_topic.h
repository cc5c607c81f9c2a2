// A topic of dead letters: events that a subscription gave up, numbered in the order of that.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "eventstore/event_log.h"
#include "queue/queue_store.h"
#include "queue/topic.h"
#include "trellis/queue/v1/stored.pb.h"

namespace trellis::queue {

class DeadLetterTopic final : public Topic {
 public:
  // All must outlive it.
  static absl::StatusOr<std::shared_ptr<DeadLetterTopic>> Open(std::string name,
                                                               const QueueStore& store,
                                                               const eventstore::EventLog& log,
                                                               const EventFormat& format);

  Number last() const override { return last_.load(std::memory_order_acquire); }

  // Adds a dead letter to `batch`. Readers see it after Buried(). One thread at a time, as for
  // Buried and Exhumed.
  void Bury(const v1::StoredDeadLetter& letter, Batch& batch);
  // What was added since is written; or it is not.
  void Buried() { last_.store(next_ - 1, std::memory_order_release); }
  void NotBuried() { next_ = last() + 1; }

  // Adds to `batch` that every letter of an event above `last` is gone, since the log no longer
  // holds it. Before anything is read.
  absl::Status CutAbove(eventstore::Position last, Batch& batch);

  // The row of the letter `number`; false if there is none.
  absl::StatusOr<bool> FindLetter(Number number, v1::StoredDeadLetter& letter) const;
  void Put(Number number, const v1::StoredDeadLetter& letter, Batch& batch) const;

 protected:
  absl::StatusOr<std::vector<MessagePointer>> Load(Number first, Number last) override;

 private:
  DeadLetterTopic(std::string name, const QueueStore& store, const eventstore::EventLog& log,
                  const EventFormat& format, Number last);
  // Null if the log has no such event.
  absl::StatusOr<MessagePointer> MakeMessage(Number number,
                                             const v1::StoredDeadLetter& letter) const;

  const QueueStore& store_;
  const eventstore::EventLog& log_;
  const EventFormat& format_;
  const std::string rows_;
  std::atomic<Number> last_;
  Number next_;
};

}  // namespace trellis::queue
