// What the queue should do, said once more and naively: every question is answered by looking at
// all messages. It is told what the server did, and keeps the first thing that was wrong.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "queue/deliveries.h"

namespace trellis::testing {

// A dead letter as it is stored: which message, after how many attempts.
using Grave = std::pair<queue::Number, uint32_t>;

class Oracle {
 public:
  // What a crash leaves, as far as it was written.
  struct Lasting {
    // The log's numbers up to `end` that are not done; all beyond it are not done either.
    std::set<queue::Number> undone;
    queue::Number end = 0;
    std::map<queue::Number, uint32_t> failures;
    // Of those not done: dead letters that were sent again.
    std::set<queue::Number> redriven;
    std::vector<Grave> graves;
  };

  explicit Oracle(const queue::DeliveryRules& rules) : rules_(rules) {}

  // What is wrong, or empty.
  const std::string& fault() const { return fault_; }
  // Notes `what` as wrong, unless `holds`.
  void Must(bool holds, const std::string& what);

  const Lasting& lasting() const { return lasting_; }
  // Begins anew with what was stored: memory, and with it every lease, is gone.
  void Load(Lasting lasting);

  void Appended();
  void Offered(queue::Number number, const std::string& key, size_t bytes);
  void Skipped(queue::Number number) { lasting_.undone.erase(number); }
  void Redriven(queue::Number number, size_t bytes);

  void AddConsumer(queue::ConsumerId consumer, const queue::FlowLimits& limits);
  void RemoveConsumer(queue::ConsumerId consumer) { limits_.erase(consumer); }

  void Took(queue::ConsumerId consumer, const std::optional<queue::Lease>& lease, absl::Time now,
            absl::Time deadline);
  void Acknowledged(queue::Number number, uint64_t lease, queue::AckResult result);
  void Extended(queue::Number number, uint64_t lease, bool held, absl::Time deadline);
  void Nacked(queue::Number number, uint64_t lease, bool held, absl::Time now);
  void Ticked(absl::Time now);

  // Whether `deliveries` has come as far as it should have.
  void Compare(const queue::Deliveries& deliveries);

 private:
  // A message that was looked at and is not done.
  struct Known {
    std::string key = {};
    // It stands in no order.
    bool alone = false;
    queue::ConsumerId holder = 0;
    uint64_t lease = 0;
    absl::Time deadline = absl::InfinitePast();
    bool early = false;
    absl::Time rests_until = absl::InfinitePast();
    // The leases whose acknowledgement may count.
    std::set<uint64_t> open = {};
    size_t bytes = 0;
  };

  bool SameOrder(const Known& a, const Known& b) const;
  bool HasRoom(queue::ConsumerId consumer) const;
  // Whether what stands before it in its key lets `consumer` have it.
  bool InOrder(queue::Number number, const Known& message, queue::ConsumerId consumer) const;
  bool MayTake(queue::Number number, const Known& message, queue::ConsumerId consumer,
               absl::Time now) const;
  void Fail(queue::Number number, absl::Time now);
  void Finish(queue::Number number);
  // Finishes what was acknowledged and has nothing before it.
  void Settle();

  const queue::DeliveryRules rules_;
  Lasting lasting_;
  std::map<queue::Number, Known> known_;
  std::map<queue::ConsumerId, queue::FlowLimits> limits_;
  std::string fault_;
};

}  // namespace trellis::testing
