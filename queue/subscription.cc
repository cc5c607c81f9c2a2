#include "queue/subscription.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "queue/ack_id.h"

namespace trellis::queue {
namespace {

// Messages that a subscription passes over before others get their turn. Turns come one after the
// other, so that many that are far behind go through the topic side by side, and what one has read
// the others find in memory.
constexpr Number kLookMessages = 512;
constexpr uint64_t kTurnsUntilWritten = 8;

uint64_t RandomNumber() {
  const Uuid random = RandomUuid();
  uint64_t number = 0;
  std::memcpy(&number, random.data(), sizeof(number));
  return number;
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

Subscription::Subscription(v1::StoredSubscription stored, Progress progress,
                           std::shared_ptr<Topic> topic,
                           std::shared_ptr<DeadLetterTopic> dead_letters,
                           const Surroundings& surroundings)
    : topic_(std::move(topic)),
      surroundings_(surroundings),
      stored_(std::move(stored)),
      dead_letters_(std::move(dead_letters)),
      last_used_(FromTimestamp(stored_.last_used_time())) {
  absl::StatusOr<Filter> filter = Filter::Parse(stored_.settings().filter());
  // It was parsed before the settings were stored.
  CHECK(filter.ok());
  filter_ = *std::move(filter);
  MutexLock lock(mutex_);
  Begin(std::move(progress));
}

DeliveryRules Subscription::Rules() const {
  const google::pubsub::v1::Subscription& settings = stored_.settings();
  DeliveryRules rules{.ordered = settings.enable_message_ordering(),
                      .exactly_once = settings.enable_exactly_once_delivery()};
  if (settings.has_dead_letter_policy()) {
    rules.max_attempts =
        static_cast<uint32_t>(settings.dead_letter_policy().max_delivery_attempts());
  }
  if (settings.has_retry_policy()) {
    rules.minimum_backoff = DurationOf(settings.retry_policy().minimum_backoff());
    rules.maximum_backoff = DurationOf(settings.retry_policy().maximum_backoff());
  }
  return rules;
}

void Subscription::Begin(Progress progress) {
  session_ = RandomNumber();
  burying_ = 0;
  look_until_ = progress.done.floor() + kLookMessages;
  const std::vector<Number> redriven(progress.redriven.begin(), progress.redriven.end());
  deliveries_ = std::make_unique<Deliveries>(Rules(), std::move(progress));
  for (const Number number : redriven) RedriveOne(number);
}

void Subscription::RedriveOne(Number number) {
  const absl::StatusOr<MessagePointer> message = topic_->Find(number);
  const bool there = message.ok() && *message != nullptr;
  deliveries_->Redrive(number, there ? (*message)->bytes().size() : 0);
}

ConsumerId Subscription::Attach(const FlowLimits& limits, Wake wake) {
  surroundings_.followers.Add(shared_from_this());
  MutexLock lock(mutex_);
  const ConsumerId id = ++last_consumer_;
  consumers_[id] = {.limits = limits, .wake = std::make_shared<const Wake>(std::move(wake))};
  deliveries_->AddConsumer(id, limits);
  last_used_ = surroundings_.clock.Now();
  return id;
}

void Subscription::Detach(ConsumerId consumer) {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    consumers_.erase(consumer);
    deliveries_->RemoveConsumer(consumer);
    last_used_ = surroundings_.clock.Now();
    wakes = Settle();
  }
  surroundings_.followers.Remove(this);
  Call(wakes);
}

absl::StatusOr<std::vector<Received>> Subscription::Take(ConsumerId id, size_t max_messages,
                                                         size_t max_bytes, absl::Duration lease) {
  absl::StatusOr<std::vector<Received>> received;
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    received = TakeSome(id, max_messages, max_bytes, lease);
    wakes = Settle(/*except=*/id);
  }
  Call(wakes);
  return received;
}

absl::StatusOr<std::vector<Received>> Subscription::TakeSome(ConsumerId id, size_t max_messages,
                                                             size_t max_bytes,
                                                             absl::Duration lease) {
  RETURN_IF_ERROR(over_);
  std::vector<Received> received;
  size_t bytes = 0;
  const absl::Time now = surroundings_.clock.Now();
  if (lease == absl::ZeroDuration()) {
    lease = absl::Seconds(stored_.settings().ack_deadline_seconds());
  }
  while (received.size() < max_messages && bytes < max_bytes) {
    const std::optional<Lease> taken = deliveries_->Take(id, now, now + lease);
    if (!taken.has_value()) {
      ASSIGN_OR_RETURN(const bool more, LookFurther(id));
      if (!more) break;
      continue;
    }
    ASSIGN_OR_RETURN(MessagePointer message, Readable(taken->number));
    if (message == nullptr) {
      deliveries_->Drop(taken->number, now);
      continue;
    }
    bytes += message->bytes().size();
    ++counts_.delivered;
    if (taken->attempt > 1) ++counts_.redelivered;
    received.push_back(
        {.ack_id = AckIdText({.session = session_, .number = taken->number, .lease = taken->id}),
         .attempt = taken->attempt,
         .message = std::move(message)});
  }
  if (const auto consumer = consumers_.find(id); consumer != consumers_.end()) {
    consumer->second.hungry = received.size() < max_messages && bytes < max_bytes;
  }
  return received;
}

absl::StatusOr<bool> Subscription::LookFurther(ConsumerId consumer) {
  const Number last = topic_->last();
  if (deliveries_->next() > last || deliveries_->full() || !deliveries_->HasRoom(consumer)) {
    return false;
  }
  if (deliveries_->next() >= look_until_) {
    AskForTurn();
    return false;
  }
  ASSIGN_OR_RETURN(const std::vector<MessagePointer> messages,
                   topic_->Read(deliveries_->next(),
                                std::min(kReadMessages, look_until_ - deliveries_->next())));
  for (const MessagePointer& message : messages) {
    // Some may be done already, above the floor.
    if (message->number() < deliveries_->next()) continue;
    while (deliveries_->next() < message->number()) deliveries_->Skip();
    if (deliveries_->next() != message->number()) continue;
    if (filter_.Matches(message->attributes())) {
      deliveries_->Offer(message->key(), message->bytes().size());
      // Only what is passed over is rationed: the rest is, by what consumers take.
      ++look_until_;
    } else {
      deliveries_->Skip();
    }
  }
  // Numbers without a message.
  while (messages.empty() && deliveries_->next() <= last) deliveries_->Skip();
  if (deliveries_->next() > last) look_until_ = deliveries_->next() + kLookMessages;
  return true;
}

void Subscription::AskForTurn() {
  if (turn_asked_) return;
  turn_asked_ = true;
  surroundings_.timer.After(absl::ZeroDuration(), [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self != nullptr) self->TakeTurn();
  });
}

void Subscription::TakeTurn() {
  bool write = false;
  {
    MutexLock lock(mutex_);
    turn_asked_ = false;
    look_until_ = deliveries_->next() + kLookMessages;
    // So much was passed over that it should not be looked through again after a restart.
    write = ++turns_ % kTurnsUntilWritten == 0;
  }
  if (write) WriteSoon();
  TopicMoved();
}

absl::StatusOr<MessagePointer> Subscription::Readable(Number number) {
  ASSIGN_OR_RETURN(MessagePointer message, topic_->Find(number));
  if (message != nullptr && !surroundings_.may_read(stored_.settings(), message->record().header)) {
    return MessagePointer();
  }
  return message;
}

void Subscription::Acknowledge(const std::vector<absl::string_view>& ack_ids, Acknowledged done) {
  std::vector<AckResult> results;
  results.reserve(ack_ids.size());
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    const absl::Time now = surroundings_.clock.Now();
    const size_t known = deliveries_->known();
    for (const absl::string_view text : ack_ids) results.push_back(AcknowledgeOne(text, now));
    // Later ones of a key may have come before earlier ones.
    for (size_t i = 0; i < ack_ids.size(); ++i) {
      if (results[i] == AckResult::kEarly) results[i] = AcknowledgeOne(ack_ids[i], now);
    }
    counts_.acknowledged += static_cast<int64_t>(known - deliveries_->known());
    last_used_ = now;
    wakes = Settle();
    Saved saved;
    if (done != nullptr) {
      saved = [results = std::move(results), done = std::move(done)](const absl::Status& status) {
        done(status, results);
      };
    }
    MarkChanged(stored_.settings().enable_exactly_once_delivery(), std::move(saved));
  }
  surroundings_.writer.Write(shared_from_this());
  Call(wakes);
}

AckResult Subscription::AcknowledgeOne(absl::string_view text, absl::Time now) {
  const std::optional<AckId> ack_id = ParseAckId(text);
  if (!ack_id.has_value() || ack_id->session != session_ || !over_.ok()) return AckResult::kInvalid;
  return deliveries_->Acknowledge(ack_id->number, ack_id->lease, now);
}

std::vector<bool> Subscription::ModifyLeases(const std::vector<absl::string_view>& ack_ids,
                                             absl::Duration lease) {
  std::vector<bool> held;
  held.reserve(ack_ids.size());
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    const absl::Time now = surroundings_.clock.Now();
    for (const absl::string_view text : ack_ids) {
      const std::optional<AckId> ack_id = ParseAckId(text);
      if (!ack_id.has_value() || ack_id->session != session_) {
        held.push_back(false);
      } else if (lease == absl::ZeroDuration()) {
        held.push_back(deliveries_->Nack(ack_id->number, ack_id->lease, now));
      } else {
        held.push_back(deliveries_->Extend(ack_id->number, ack_id->lease, now + lease));
      }
    }
    last_used_ = now;
    wakes = Settle();
  }
  // Failures are counted, and perhaps there are dead letters.
  if (lease == absl::ZeroDuration()) WriteSoon();
  Call(wakes);
  return held;
}

void Subscription::TopicMoved() {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    wakes = Settle();
  }
  Call(wakes);
}

void Subscription::Tick() {
  Wakes wakes;
  bool expired = false;
  {
    MutexLock lock(mutex_);
    timer_ = absl::InfiniteFuture();
    expired = deliveries_->Tick(surroundings_.clock.Now());
    wakes = Settle();
  }
  if (expired) WriteSoon();
  Call(wakes);
}

Subscription::Wakes Subscription::Settle(ConsumerId except) {
  Wakes wakes;
  const bool more = deliveries_->next() <= topic_->last() && !deliveries_->full() && !turn_asked_;
  const auto look = [&](auto first, auto last) {
    for (auto it = first; it != last; ++it) {
      auto& [id, consumer] = *it;
      const bool may =
          !over_.ok() || (deliveries_->HasRoom(id) && (more || deliveries_->HasFor(id)));
      if (!consumer.hungry || !may || id == except) continue;
      consumer.hungry = false;
      wakes.push_back(consumer.wake);
      next_turn_ = id + 1;
    }
  };
  const auto turn = consumers_.lower_bound(next_turn_);
  look(turn, consumers_.end());
  look(consumers_.begin(), turn);
  const absl::Time due = deliveries_->NextDue();
  if (due < timer_) {
    timer_ = due;
    surroundings_.timer.After(due - surroundings_.clock.Now(), [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self != nullptr) self->Tick();
    });
  }
  return wakes;
}

void Subscription::Call(const Wakes& wakes) {
  for (const auto& wake : wakes) (*wake)();
}

}  // namespace trellis::queue
