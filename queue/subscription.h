// A subscription at work: it looks through its topic, hands messages to its consumers, takes their
// acknowledgements, and has its progress written.
//
// Concurrency. Thread-safe. Callbacks run without a lock held, on the thread of whoever caused
//              them, and must not block.
// Durability.  An acknowledgement changes the memory at once and is then written; see
//              docs/queue.md for what survives what.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "queue/cursor_writer.h"
#include "queue/dead_letter_topic.h"
#include "queue/deliveries.h"
#include "queue/filter.h"
#include "queue/followers.h"
#include "queue/timer.h"
#include "queue/topic.h"

namespace trellis::queue {

// Whether the owner of a subscription may read an event: asked when it is about to be delivered, so
// that a right which was lost counts at once. What may not be read is passed over.
using MayRead =
    std::function<bool(const google::pubsub::v1::Subscription&, const eventstore::Header&)>;

// What every subscription works with; all of it outlives them.
struct Surroundings {
  const Clock& clock;
  Timer& timer;
  CursorWriter& writer;
  Followers& followers;
  MayRead may_read;
};

// How exactly the time of the last use is stored: it decides after days.
inline constexpr absl::Duration kUsedAccuracy = absl::Hours(1);

// A message that was handed to a consumer.
struct Received {
  std::string ack_id;
  uint32_t attempt = 1;
  MessagePointer message;
};

// Since the process started.
struct DeliveryCounts {
  int64_t delivered = 0;
  // Of these, not for the first time.
  int64_t redelivered = 0;
  int64_t acknowledged = 0;
  int64_t dead_lettered = 0;
};

struct SubscriptionStatus {
  // Numbers not done: not acknowledged, or not looked at yet.
  uint64_t backlog = 0;
  // When the oldest of them was published; InfiniteFuture if there is none.
  absl::Time oldest = absl::InfiniteFuture();
  size_t leased = 0;
  size_t backing_off = 0;
  size_t consumers = 0;
  Number floor = 0;
  Number topic_last = 0;
  DeliveryCounts counts;
};

class Subscription : public std::enable_shared_from_this<Subscription> {
 public:
  using Wake = std::function<void()>;
  using Rows = std::vector<std::pair<std::string, std::string>>;
  using Saved = std::function<void(const absl::Status&)>;
  // How the write went, and for each ack id what came of it.
  using Acknowledged = std::function<void(const absl::Status&, const std::vector<AckResult>&)>;

  // `dead_letters` is null without a policy for them. The settings are valid and complete.
  Subscription(v1::StoredSubscription stored, Progress progress, std::shared_ptr<Topic> topic,
               std::shared_ptr<DeadLetterTopic> dead_letters, const Surroundings& surroundings);

  // --- Consumers

  // Calls `wake` whenever Take might have something after it had not enough.
  ConsumerId Attach(const FlowLimits& limits, Wake wake);
  // `wake` may be called once more, by a thread that has begun to.
  void Detach(ConsumerId consumer);

  // At most `max_messages` (and no more once they have `max_bytes`), leased for `lease`, zero: as
  // the settings say. NOT_FOUND (SUBSCRIPTION_NOT_FOUND) after a deletion; errors of the log.
  absl::StatusOr<std::vector<Received>> Take(ConsumerId consumer, size_t max_messages,
                                             size_t max_bytes, absl::Duration lease);

  // Ids that are none count as invalid. `done`, unless null, is called once what is acknowledged is
  // written; synced, if the subscription delivers exactly once.
  void Acknowledge(const std::vector<absl::string_view>& ack_ids, Acknowledged done);

  // Leases end at `lease` from now; zero gives them back. For each whether it was still held.
  std::vector<bool> ModifyLeases(const std::vector<absl::string_view>& ack_ids,
                                 absl::Duration lease);

  // --- Control. These return once the change is synced; not to be called from a callback.

  google::pubsub::v1::Subscription settings() const;
  absl::Status Change(const google::pubsub::v1::Subscription& settings,
                      std::shared_ptr<DeadLetterTopic> dead_letters);
  // Begins anew with `progress`: all leases are over.
  absl::Status Seek(Progress progress);
  // Delivers messages that became dead letters once more, and stores `rows` with that.
  absl::Status Redrive(const std::vector<Number>& numbers, Rows rows);
  absl::Status Delete();
  // Ends every Take with UNAVAILABLE (SHUTTING_DOWN).
  void Close();
  // Writes what has changed; all of it, for a new one.
  absl::Status Save();

  // --- What can be seen

  Progress progress() const;
  SubscriptionStatus Status();
  const std::shared_ptr<Topic>& topic() const { return topic_; }
  absl::Time last_used() const;
  std::vector<v1::Rewind> rewinds() const;

  // The topic has more.
  void TopicMoved();
  // Leases may have expired, and back-offs be over.
  void Tick();

  // --- For the writer

  // Adds what has changed. True if it must be synced.
  bool AddTo(Batch& batch);
  void Written(const absl::Status& status);

 private:
  struct Consumer {
    FlowLimits limits;
    std::shared_ptr<const Wake> wake;
    // It had room for more than there was.
    bool hungry = false;
  };
  using Wakes = std::vector<std::shared_ptr<const Wake>>;

  Wakes EndWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  DeliveryRules Rules() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Begin(Progress progress) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RedriveOne(Number number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Offers further messages of the topic. False if there are none, or enough for now.
  absl::StatusOr<bool> LookFurther(ConsumerId consumer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AskForTurn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeTurn();
  absl::StatusOr<MessagePointer> Readable(Number number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  AckResult AcknowledgeOne(absl::string_view text, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As Take, and whom to wake after it.
  absl::StatusOr<std::vector<Received>> TakeSome(ConsumerId consumer, size_t max_messages,
                                                 size_t max_bytes, absl::Duration lease)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those who may get something now, but for `except`; sets the timer anew.
  Wakes Settle(ConsumerId except = 0) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Call(const Wakes& wakes);
  // Has it written, at once or after what is written now.
  void WriteSoon();
  void MarkChanged(bool synced, Saved saved) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddDeadLetters(Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<Topic> topic_;
  const Surroundings& surroundings_;

  mutable Mutex mutex_;
  v1::StoredSubscription stored_ ABSL_GUARDED_BY(mutex_);
  Filter filter_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<DeadLetterTopic> dead_letters_ ABSL_GUARDED_BY(mutex_);
  uint64_t session_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<Deliveries> deliveries_ ABSL_GUARDED_BY(mutex_);
  bool deleted_ ABSL_GUARDED_BY(mutex_) = false;
  // OK, or why nothing is delivered any more.
  absl::Status over_ ABSL_GUARDED_BY(mutex_);
  DeliveryCounts counts_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_used_ ABSL_GUARDED_BY(mutex_);
  std::map<ConsumerId, Consumer> consumers_ ABSL_GUARDED_BY(mutex_);
  ConsumerId last_consumer_ ABSL_GUARDED_BY(mutex_) = 0;
  // Whom Settle() looks at first.
  ConsumerId next_turn_ ABSL_GUARDED_BY(mutex_) = 0;
  // The number at which it waits for its turn to look further; whether it does; turns it has had.
  Number look_until_ ABSL_GUARDED_BY(mutex_) = 0;
  bool turn_asked_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t turns_ ABSL_GUARDED_BY(mutex_) = 0;
  // When the timer calls Tick().
  absl::Time timer_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();

  // What waits to be written, and what is being written.
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool synced_ ABSL_GUARDED_BY(mutex_) = false;
  bool settings_changed_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<Saved> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<Saved> written_ ABSL_GUARDED_BY(mutex_);
  // Rows of dead letters that are delivered again.
  Rows rows_ ABSL_GUARDED_BY(mutex_);
  Rows rows_being_written_ ABSL_GUARDED_BY(mutex_);
  // The dead letters that are being written: how many of deliveries_', and where to.
  size_t burying_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<DeadLetterTopic> burying_in_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::queue
