// What a subscription has delivered, to whom, and what came of it: leases, order, retries, dead
// letters. A pure state machine: it reads no clock, no disk and no message, and a test can drive
// it.
//
// Numbers.     Offered in ascending order; each is done, waits (perhaps until its back-off is
//              over), or is leased to one consumer until a deadline.
// Order.       With `ordered`, messages of one key form a lane. While some are leased, further ones
//              of the lane go to the same consumer only. When one fails, those of its lane that
//              were handed out after it are revoked and come again after it. Lanes do not wait for
//              each other.
// Failure.     A message fails when its consumer says so (nack) or its lease expires. It comes
//              again after a back-off, at once if that is zero, or after `max_attempts` becomes a
//              dead letter, and is done.
// Durable.     progress() is what must survive; what it does not hold is delivered again.
// Concurrency. Not thread-safe.
#pragma once

#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "queue/number_set.h"

namespace trellis::queue {

// Messages of a subscription that were looked at and are not done: at about 150 bytes each, 8 MiB.
// When there are as many, nothing further is looked at until some are done.
inline constexpr size_t kKnownMax = 50'000;
// Of these, leased at one time: more than clients ask for (1,000 each by default), and a bound for
// those that ask for no limit.
inline constexpr size_t kLeasedMax = 20'000;

struct DeliveryRules {
  bool ordered = false;
  // An acknowledgement counts only while its lease lasts.
  bool exactly_once = false;
  // Failures after which a message is a dead letter; 0: never.
  uint32_t max_attempts = 0;
  // The wait after the first failure, doubled with each further one up to the maximum.
  absl::Duration minimum_backoff = absl::Milliseconds(100);
  absl::Duration maximum_backoff = absl::Minutes(1);
};

// A message that failed and is not done.
struct Failures {
  uint32_t count = 0;
  // "nack" or "expired".
  std::string last_reason;
};

// What of a subscription's state lasts.
struct Progress {
  NumberSet done;
  absl::flat_hash_map<Number, Failures> failures;
  // Done, and to be delivered again: dead letters that were sent back.
  absl::btree_set<Number> redriven;
};

// A message that is given up, not yet in the dead-letter topic.
struct DeadLetter {
  Number number = 0;
  uint32_t attempts = 0;
  std::string last_reason;
};

// Where delivery is exactly once, messages of which is remembered by which lease they were done: a
// client that asks again soon gets the same answer. At 40 bytes each, 400 KiB.
inline constexpr size_t kRememberedMax = 10'000;

// Names a consumer among those of a subscription; never 0, never used twice.
using ConsumerId = uint64_t;

// What a consumer takes at most: messages and bytes that it has and has not acknowledged. As in
// Pub/Sub, a message is given while the bytes before it are below the limit.
struct FlowLimits {
  size_t messages = kLeasedMax;
  size_t bytes = std::numeric_limits<size_t>::max();
};

struct Lease {
  Number number = 0;
  // Names this lease among those of the subscription since it was loaded.
  uint64_t id = 0;
  // 1, and one more for each failure.
  uint32_t attempt = 1;
};

enum class AckResult {
  // The message is done, now or before.
  kDone,
  // An earlier message of its key is not done: it is done when those are.
  kEarly,
  // An earlier message of the key failed after this was handed out: no effect. Where delivery is
  // exactly once, kInvalid.
  kUnordered,
  // The lease is over or unknown: no effect, now or ever.
  kInvalid,
};

class Deliveries {
 public:
  // What `progress` has as redriven is offered by Redrive, once for each.
  Deliveries(const DeliveryRules& rules, Progress progress);
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  void set_rules(const DeliveryRules& rules) { rules_ = rules; }
  const Progress& progress() const { return progress_; }

  // The first number that was not looked at. Those already done are passed over.
  Number next() const { return next_; }
  // True if so many are known that nothing should be offered.
  bool full() const { return messages_.size() >= kKnownMax; }
  // The message next() is not for this subscription: it is done.
  void Skip();
  // The message next() is to be delivered.
  void Offer(absl::string_view key, size_t bytes);
  // A message that is done is to be delivered once more, beside the order of its key. Nothing
  // happens to one that is not done: it comes anyway.
  void Redrive(Number number, size_t bytes);

  void AddConsumer(ConsumerId consumer, const FlowLimits& limits);
  // Its leases go on until they are acknowledged or expire: it may come back as another consumer.
  void RemoveConsumer(ConsumerId consumer);
  // Whether it may be given more than it has.
  bool HasRoom(ConsumerId consumer) const;

  // Whether Take would give it something now.
  bool HasFor(ConsumerId consumer) const;

  // Leases the next message that `consumer` may have; nothing if there is none or no room.
  std::optional<Lease> Take(ConsumerId consumer, absl::Time now, absl::Time deadline);
  // `number`, just leased, is not to be delivered after all: it is done.
  void Drop(Number number, absl::Time now);

  AckResult Acknowledge(Number number, uint64_t lease, absl::Time now);
  // Moves the end of a lease. False if that lease is over.
  bool Extend(Number number, uint64_t lease, absl::Time deadline);
  // Gives a lease back. False if it is over.
  bool Nack(Number number, uint64_t lease, absl::Time now);

  // When Tick has something to do; InfiniteFuture if it has not.
  absl::Time NextDue() const;
  // Ends leases that have expired and back-offs that are over. True if a lease has expired.
  bool Tick(absl::Time now);

  // Those that are given up and not taken off by Buried(), oldest first.
  const std::deque<DeadLetter>& dead_letters() const { return dead_letters_; }
  // The first `count` of them are stored.
  void Buried(size_t count);

  size_t known() const { return messages_.size(); }
  size_t leased() const { return leased_; }
  // Waiting for the end of a back-off.
  size_t backing_off() const { return back_offs_.size(); }
  size_t consumers() const { return consumers_.size(); }
  // The lowest number that is not done: of those looked at, else next().
  Number oldest() const;

 private:
  struct Lane;
  using Lanes = std::list<Lane*>;
  enum class State { kWaiting, kLeased, kAckedEarly };

  struct Message {
    // Null: it stands alone.
    Lane* lane = nullptr;
    State state = State::kWaiting;
    ConsumerId consumer = 0;
    // Its latest lease, and the first that may still acknowledge it.
    uint64_t lease = 0;
    uint64_t first_valid = 1;
    // The end of its lease, or of its back-off.
    absl::Time due = absl::InfinitePast();
    size_t bytes = 0;
  };

  // The messages of a key that are not done, in order: those handed out, then those that wait.
  struct Lane {
    std::string key;
    std::deque<Number> handed_out;
    std::deque<Number> waiting;
    // Who has those that are handed out.
    ConsumerId consumer = 0;
    // Which list it stands in, and where.
    Lanes* list = nullptr;
    Lanes::iterator place;
  };

  struct Consumer {
    FlowLimits limits;
    size_t messages = 0;
    size_t bytes = 0;
    // Lanes that only this consumer may take from now.
    Lanes lanes;
  };

  Message* Find(Number number);
  Lane& LaneOf(absl::string_view key);
  void Advance();
  // Ends the lease, whatever comes of the message.
  void EndLease(Number number, Message& message);
  void Done(Number number);
  void Remember(Number number, uint64_t lease);
  AckResult AcknowledgeDone(Number number, uint64_t lease) const;
  // `number`, the first of its lane, is done, and with it those after it that were acked early.
  void DoneInLane(Number number, Lane& lane, absl::Time now);
  AckResult AcknowledgeInLane(Number number, Message& message, absl::Time now);
  void Fail(Number number, absl::string_view reason, absl::Time now);
  // Gives back `number` and what was handed out after it.
  void Revoke(Number number, Lane& lane);
  void BackOff(Number number, Message& message, uint32_t failures, absl::Time now);
  // Puts the lane where those who may take from it now find it, or ends it.
  void Place(Lane& lane, absl::Time now);
  std::optional<Number> Next(ConsumerId id, Consumer& consumer, absl::Time now);

  DeliveryRules rules_;
  Progress progress_;
  Number next_ = 1;
  uint64_t last_lease_ = 0;
  size_t leased_ = 0;
  absl::flat_hash_map<Number, Message> messages_;
  absl::flat_hash_map<std::string, std::unique_ptr<Lane>> lanes_;
  // Lanes point to the lists of their consumers.
  std::map<ConsumerId, Consumer> consumers_;
  // Lanes that anybody may take from; lanes that nobody may now.
  Lanes ready_lanes_;
  Lanes resting_lanes_;
  // Messages without a lane that anybody may take; some may be done since.
  std::deque<Number> ready_;
  absl::btree_set<std::pair<absl::Time, Number>> deadlines_;
  absl::btree_set<std::pair<absl::Time, Number>> back_offs_;
  std::deque<DeadLetter> dead_letters_;
  // By which lease a message was done, 0: by none; and in which order that happened.
  absl::flat_hash_map<Number, uint64_t> done_by_;
  std::deque<Number> remembered_;
};

}  // namespace trellis::queue
