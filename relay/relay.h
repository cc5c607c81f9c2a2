// The relay: every event of the ledger to a stream of NATS JetStream, as CloudEvents.
//
// Operation.   It is the one consumer of the durable subscription `relay-nats`, and acknowledges an
//              event once JetStream has. Events go in the order of the log, up to kHeldMessages
//              under way; each names the one before it, so that JetStream takes none out of order.
//              When the broker is away, or refuses, it tries again for ever.
// Order.       The stream has the events in the order of the log. An event whose answer was lost is
//              sent again; JetStream knows it by its id (for kDuplicateWindow), and the relay by
//              the last message that the stream has (at any time).
// Concurrency. Thread-safe; works on a thread of its own.
// Limits.      kHeldMessages and kHeldBytes are all that it keeps, however long the broker is away.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "queue/queue.h"
#include "relay/bell.h"
#include "relay/brokers.h"
#include "relay/jet_stream.h"

namespace trellis::relay {

// The id of the subscription.
inline constexpr char kSubscriptionId[] = "relay-nats";
// Events that were taken from the queue and that JetStream has not acknowledged: enough to keep a
// broker busy that answers after 20 ms at 50,000 events a second.
inline constexpr size_t kHeldMessages = 1000;
inline constexpr size_t kHeldBytes = 4 << 20;
// The wait before a further attempt, doubled with each until one forwards something.
inline constexpr absl::Duration kFirstWait = absl::Milliseconds(100);
inline constexpr absl::Duration kLongestWait = absl::Seconds(10);

struct RelayStatus {
  bool connected = false;
  // Why the last connection ended, or could not be made; empty if there was no reason so far.
  std::string last_error;
  // Events that JetStream acknowledged since the start.
  uint64_t relayed = 0;
  // Connections that were made, or attempted, and ended.
  uint64_t failures = 0;
  // Events that are still to be acknowledged, and since when the oldest of them has waited.
  uint64_t lag_events = 0;
  absl::Duration lag;
};

class Relay {
 public:
  // Opens the subscription, at the log's beginning if there was none, and begins; the broker may be
  // away. `queue` and `clock` must outlive the relay. Errors of Queue::Create.
  static absl::StatusOr<std::unique_ptr<Relay>> Start(Brokers brokers, queue::Queue& queue,
                                                      const Clock& clock);
  // What is not acknowledged then is sent by the next one. May take kBrokerPatience.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  RelayStatus Status() const;

 private:
  // What one connection has sent.
  struct Flight {
    std::set<queue::Number> unanswered;
    // The last that was sent, and its id; empty if the next need not follow one.
    queue::Number sent_through = 0;
    std::string last_id;
    // Nothing is sent until all is answered; then again from the first that is held.
    bool rewinding = false;
    absl::Time heard;
  };

  Relay(Brokers brokers, queue::Queue& queue, const Clock& clock);

  queue::Queue::SubscriptionPointer subscription() const;
  absl::Status OpenSubscription();
  void Run();
  bool Stopped() const;
  uint64_t relayed() const;
  // Works until the connection fails or the relay stops; says why.
  absl::Status Forward();
  // Takes off what the stream shows to be there already.
  absl::Status SkipStored(JetStream& stream);
  absl::Status Take(Flight& flight);
  absl::Status Send(JetStream& stream, Flight& flight);
  absl::Status Hear(JetStream& stream, Flight& flight);
  // These are in JetStream: lets go of them.
  void Acknowledge(const std::vector<queue::Number>& numbers);
  void KeepLeases();
  void NoteConnected();
  void NoteFailure(const absl::Status& status);

  const Brokers brokers_;
  queue::Queue& queue_;
  const Clock& clock_;
  // Shared, since the subscription may ring it a last time after the relay has gone.
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();

  // For the relay's thread alone: what was taken and is not acknowledged, and when its leases
  // began.
  std::map<queue::Number, queue::Received> held_;
  absl::Time leased_;
  queue::ConsumerId consumer_ = 0;

  mutable Mutex mutex_;
  CondVar stopping_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  RelayStatus status_ ABSL_GUARDED_BY(mutex_);
  queue::Queue::SubscriptionPointer subscription_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::relay
