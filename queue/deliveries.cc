#include "queue/deliveries.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace trellis::queue {

Deliveries::Deliveries(const DeliveryRules& rules, Progress progress)
    : rules_(rules), progress_(std::move(progress)), next_(progress_.done.floor() + 1) {}

Deliveries::Message* Deliveries::Find(Number number) {
  const auto found = messages_.find(number);
  return found == messages_.end() ? nullptr : &found->second;
}

Deliveries::Lane& Deliveries::LaneOf(absl::string_view key) {
  std::unique_ptr<Lane>& lane = lanes_[key];
  if (lane == nullptr) {
    lane = std::make_unique<Lane>();
    lane->key = std::string(key);
    lane->list = &resting_lanes_;
    lane->place = resting_lanes_.insert(resting_lanes_.end(), lane.get());
  }
  return *lane;
}

void Deliveries::Advance() {
  ++next_;
  const auto& ranges = progress_.done.ranges();
  const auto after = ranges.upper_bound(next_);
  if (after != ranges.begin()) next_ = std::max(next_, std::prev(after)->second + 1);
  next_ = std::max(next_, progress_.done.floor() + 1);
}

void Deliveries::Skip() {
  progress_.done.Add(next_);
  Advance();
}

void Deliveries::Offer(absl::string_view key, size_t bytes) {
  const Number number = next_;
  Message& message = messages_[number];
  message.bytes = bytes;
  if (rules_.ordered && !key.empty()) {
    Lane& lane = LaneOf(key);
    message.lane = &lane;
    lane.waiting.push_back(number);
    // Whatever waits before it decides when the lane is ready.
    if (lane.waiting.size() == 1) Place(lane, absl::InfinitePast());
  } else {
    ready_.push_back(number);
  }
  Advance();
}

void Deliveries::Redrive(Number number, size_t bytes) {
  // After a seek it comes again in its own place.
  if (!progress_.done.Contains(number)) {
    progress_.redriven.erase(number);
    return;
  }
  progress_.redriven.insert(number);
  const auto [message, added] = messages_.try_emplace(number);
  if (!added) return;
  message->second.bytes = bytes;
  // Whoever had it before it became a dead letter has no part in this.
  message->second.first_valid = last_lease_ + 1;
  ready_.push_back(number);
}

void Deliveries::AddConsumer(ConsumerId consumer, const FlowLimits& limits) {
  consumers_[consumer].limits = limits;
}

void Deliveries::RemoveConsumer(ConsumerId id) {
  const auto consumer = consumers_.find(id);
  if (consumer == consumers_.end()) return;
  for (Lane* lane : consumer->second.lanes) lane->list = &resting_lanes_;
  resting_lanes_.splice(resting_lanes_.end(), consumer->second.lanes);
  consumers_.erase(consumer);
}

bool Deliveries::HasRoom(ConsumerId id) const {
  const auto found = consumers_.find(id);
  if (found == consumers_.end() || leased_ >= kLeasedMax) return false;
  const Consumer& consumer = found->second;
  return consumer.messages < consumer.limits.messages && consumer.bytes < consumer.limits.bytes;
}

bool Deliveries::HasFor(ConsumerId id) const {
  if (!HasRoom(id)) return false;
  return !ready_.empty() || !ready_lanes_.empty() || !consumers_.find(id)->second.lanes.empty();
}

std::optional<Lease> Deliveries::Take(ConsumerId id, absl::Time now, absl::Time deadline) {
  if (!HasRoom(id)) return std::nullopt;
  Consumer& consumer = consumers_.find(id)->second;
  const std::optional<Number> number = Next(id, consumer, now);
  if (!number.has_value()) return std::nullopt;
  Message& message = *Find(*number);
  // Its back-off may be over without a Tick having seen it.
  back_offs_.erase({message.due, *number});
  message.state = State::kLeased;
  message.consumer = id;
  message.lease = ++last_lease_;
  message.due = deadline;
  deadlines_.emplace(deadline, *number);
  ++leased_;
  ++consumer.messages;
  consumer.bytes += message.bytes;
  const auto failures = progress_.failures.find(*number);
  const uint32_t failed = failures == progress_.failures.end() ? 0 : failures->second.count;
  return Lease{.number = *number, .id = message.lease, .attempt = failed + 1};
}

std::optional<Number> Deliveries::Next(ConsumerId id, Consumer& consumer, absl::Time now) {
  Lane* lane = nullptr;
  if (!consumer.lanes.empty()) {
    lane = consumer.lanes.front();
  } else {
    while (!ready_.empty()) {
      const Number number = ready_.front();
      ready_.pop_front();
      const Message* message = Find(number);
      if (message != nullptr && message->state == State::kWaiting && message->due <= now) {
        return number;
      }
    }
    if (ready_lanes_.empty()) return std::nullopt;
    lane = ready_lanes_.front();
    lane->consumer = id;
  }
  const Number number = lane->waiting.front();
  lane->waiting.pop_front();
  lane->handed_out.push_back(number);
  Place(*lane, now);
  return number;
}

void Deliveries::Drop(Number number, absl::Time now) {
  Acknowledge(number, Find(number)->lease, now);
}

AckResult Deliveries::Acknowledge(Number number, uint64_t lease, absl::Time now) {
  Message* message = Find(number);
  if (message == nullptr) return AcknowledgeDone(number, lease);
  if (lease == 0 || lease > message->lease) return AckResult::kInvalid;
  if (lease < message->first_valid) {
    return message->lane == nullptr || rules_.exactly_once ? AckResult::kInvalid
                                                           : AckResult::kUnordered;
  }
  const bool present = lease == message->lease && message->state != State::kWaiting;
  if (rules_.exactly_once && !present) return AckResult::kInvalid;
  if (message->lane != nullptr) return AcknowledgeInLane(number, *message, now);
  EndLease(number, *message);
  Done(number);
  return AckResult::kDone;
}

AckResult Deliveries::AcknowledgeDone(Number number, uint64_t lease) const {
  if (!progress_.done.Contains(number)) return AckResult::kInvalid;
  const auto done_by = done_by_.find(number);
  return done_by == done_by_.end() || done_by->second == lease ? AckResult::kDone
                                                               : AckResult::kInvalid;
}

AckResult Deliveries::AcknowledgeInLane(Number number, Message& message, absl::Time now) {
  Lane& lane = *message.lane;
  if (message.state == State::kAckedEarly) return AckResult::kEarly;
  if (message.state == State::kWaiting) {
    // Late: its lease has expired. It counts if nothing stands before it.
    if (!lane.handed_out.empty() || lane.waiting.front() != number) return AckResult::kUnordered;
    lane.waiting.pop_front();
    lane.handed_out.push_back(number);
    DoneInLane(number, lane, now);
    return AckResult::kDone;
  }
  EndLease(number, message);
  if (lane.handed_out.front() != number) {
    message.state = State::kAckedEarly;
    return AckResult::kEarly;
  }
  DoneInLane(number, lane, now);
  return AckResult::kDone;
}

bool Deliveries::Extend(Number number, uint64_t lease, absl::Time deadline) {
  Message* message = Find(number);
  if (message == nullptr || message->state != State::kLeased || message->lease != lease) {
    return false;
  }
  deadlines_.erase({message->due, number});
  message->due = deadline;
  deadlines_.emplace(deadline, number);
  return true;
}

bool Deliveries::Nack(Number number, uint64_t lease, absl::Time now) {
  Message* message = Find(number);
  if (message == nullptr || message->state != State::kLeased || message->lease != lease) {
    return false;
  }
  // Who gave it back cannot acknowledge it later.
  message->first_valid = lease + 1;
  Fail(number, "nack", now);
  return true;
}

absl::Time Deliveries::NextDue() const {
  absl::Time due = absl::InfiniteFuture();
  if (!deadlines_.empty()) due = deadlines_.begin()->first;
  if (!back_offs_.empty()) due = std::min(due, back_offs_.begin()->first);
  return due;
}

bool Deliveries::Tick(absl::Time now) {
  bool expired = false;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    expired = true;
    Fail(deadlines_.begin()->second, "expired", now);
  }
  while (!back_offs_.empty() && back_offs_.begin()->first <= now) {
    const Number number = back_offs_.begin()->second;
    back_offs_.erase(back_offs_.begin());
    if (Lane* lane = Find(number)->lane; lane == nullptr) {
      ready_.push_back(number);
    } else {
      Place(*lane, now);
    }
  }
  return expired;
}

void Deliveries::Buried(size_t count) {
  dead_letters_.erase(dead_letters_.begin(),
                      dead_letters_.begin() + static_cast<std::ptrdiff_t>(count));
}

Number Deliveries::oldest() const {
  const Number undone = progress_.done.floor() + 1;
  return progress_.redriven.empty() ? undone : std::min(undone, *progress_.redriven.begin());
}

void Deliveries::EndLease(Number number, Message& message) {
  if (message.state != State::kLeased) return;
  message.state = State::kWaiting;
  deadlines_.erase({message.due, number});
  message.due = absl::InfinitePast();
  --leased_;
  const auto consumer = consumers_.find(message.consumer);
  if (consumer == consumers_.end()) return;
  --consumer->second.messages;
  consumer->second.bytes -= message.bytes;
}

void Deliveries::Done(Number number) {
  const auto message = messages_.find(number);
  back_offs_.erase({message->second.due, number});
  if (rules_.exactly_once) Remember(number, message->second.lease);
  messages_.erase(message);
  progress_.failures.erase(number);
  progress_.redriven.erase(number);
  progress_.done.Add(number);
}

void Deliveries::Remember(Number number, uint64_t lease) {
  if (done_by_.insert_or_assign(number, lease).second) remembered_.push_back(number);
  if (remembered_.size() <= kRememberedMax) return;
  done_by_.erase(remembered_.front());
  remembered_.pop_front();
}

void Deliveries::DoneInLane(Number number, Lane& lane, absl::Time now) {
  CHECK(lane.handed_out.front() == number);
  lane.handed_out.pop_front();
  Done(number);
  while (!lane.handed_out.empty() && Find(lane.handed_out.front())->state == State::kAckedEarly) {
    const Number next = lane.handed_out.front();
    lane.handed_out.pop_front();
    Done(next);
  }
  Place(lane, now);
}

void Deliveries::Fail(Number number, absl::string_view reason, absl::Time now) {
  Failures& failures = progress_.failures[number];
  ++failures.count;
  failures.last_reason = std::string(reason);
  Message& message = *Find(number);
  Lane* lane = message.lane;
  if (lane == nullptr) {
    EndLease(number, message);
  } else {
    Revoke(number, *lane);
  }
  if (rules_.max_attempts == 0 || failures.count < rules_.max_attempts) {
    BackOff(number, message, failures.count, now);
    if (lane != nullptr) Place(*lane, now);
    return;
  }
  dead_letters_.push_back(
      {.number = number, .attempts = failures.count, .last_reason = failures.last_reason});
  if (lane != nullptr) {
    CHECK(lane->waiting.front() == number);
    lane->waiting.pop_front();
  }
  Done(number);
  // Nobody's lease did it.
  if (rules_.exactly_once) Remember(number, 0);
  if (lane != nullptr) Place(*lane, now);
}

void Deliveries::Revoke(Number number, Lane& lane) {
  // Of those that wait, the first may have been handed out before: their leases have expired.
  for (const Number later : lane.waiting) {
    Message& message = *Find(later);
    if (message.lease == 0) break;
    message.first_valid = last_lease_ + 1;
  }
  while (true) {
    const Number last = lane.handed_out.back();
    lane.handed_out.pop_back();
    Message& message = *Find(last);
    EndLease(last, message);
    message.state = State::kWaiting;
    lane.waiting.push_front(last);
    if (last == number) return;
    // What was handed out after the failed one was handed out too early.
    message.first_valid = last_lease_ + 1;
  }
}

void Deliveries::BackOff(Number number, Message& message, uint32_t failures, absl::Time now) {
  // Beyond 30 doublings every back-off is at its maximum.
  const double factor = static_cast<double>(1U << std::min(failures - 1, 30U));
  const absl::Duration wait = std::min(rules_.minimum_backoff * factor, rules_.maximum_backoff);
  if (wait > absl::ZeroDuration()) {
    message.due = now + wait;
    back_offs_.emplace(message.due, number);
  } else if (message.lane == nullptr) {
    // Whoever asks next gets it, whether or not a Tick comes between.
    ready_.push_back(number);
  }
}

void Deliveries::Place(Lane& lane, absl::Time now) {
  if (lane.waiting.empty() && lane.handed_out.empty()) {
    lane.list->erase(lane.place);
    lanes_.erase(lanes_.find(lane.key));
    return;
  }
  Lanes* list = &resting_lanes_;
  if (!lane.waiting.empty() && Find(lane.waiting.front())->due <= now) {
    if (lane.handed_out.empty()) {
      list = &ready_lanes_;
    } else if (const auto consumer = consumers_.find(lane.consumer); consumer != consumers_.end()) {
      list = &consumer->second.lanes;
    }
  }
  list->splice(list->end(), *lane.list, lane.place);
  lane.list = list;
}

}  // namespace trellis::queue
