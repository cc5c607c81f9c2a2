#include "queue/queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "queue/names.h"
#include "queue/settings.h"

namespace trellis::queue {
namespace {

using SubscriptionSettings = google::pubsub::v1::Subscription;

// Subscriptions and snapshots expire after days.
constexpr absl::Duration kExpiryCheck = absl::Hours(1);

absl::Status NotFound(absl::string_view reason, const std::string& name) {
  return Error(absl::StatusCode::kNotFound, reason, absl::StrCat(name, " does not exist"),
               {{"name", name}});
}

}  // namespace

Queue::Queue(QueueOptions options, eventstore::EventLog& log, const Clock& clock,
             std::unique_ptr<QueueStore> store)
    : options_(std::move(options)),
      log_(log),
      clock_(clock),
      store_(std::move(store)),
      events_(std::make_shared<LedgerTopic>(EventsTopic(options_.ledger), log, options_.format)),
      writer_(*store_, *events_),
      timer_(clock),
      surroundings_{.clock = clock,
                    .timer = timer_,
                    .writer = writer_,
                    .followers = followers_,
                    .may_read = options_.may_read} {}

absl::StatusOr<std::unique_ptr<Queue>> Queue::Open(QueueOptions options, eventstore::EventLog& log,
                                                   const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<QueueStore> store,
                   QueueStore::Open(options.directory, options.env));
  auto queue = std::unique_ptr<Queue>(new Queue(std::move(options), log, clock, std::move(store)));
  RETURN_IF_ERROR(queue->Load());
  queue->feed_ = std::thread([raw = queue.get()] { raw->Feed(); });
  queue->DeleteExpiredLater();
  return queue;
}

Queue::~Queue() {
  timer_.Stop();
  followers_.Close();
  if (feed_.joinable()) feed_.join();
}

void Queue::Close() {
  for (const SubscriptionPointer& subscription : List()) subscription->Close();
}

void Queue::Feed() {
  eventstore::Position position = 0;
  while (followers_.WaitForOne()) {
    const eventstore::Position last = log_.WaitForMore(position);
    if (last == position && log_.closed()) return;
    position = last;
    followers_.Moved(*events_);
  }
}

void Queue::DeleteExpiredLater() {
  timer_.After(kExpiryCheck, [this] {
    DeleteExpired();
    DeleteExpiredLater();
  });
}

void Queue::DeleteExpired() {
  const absl::Time now = clock_.Now();
  for (const SubscriptionPointer& subscription : List()) {
    const SubscriptionSettings settings = subscription->settings();
    const auto& policy = settings.expiration_policy();
    if (!policy.has_ttl() || subscription->Status().consumers > 0) continue;
    if (now - subscription->last_used() < absl::Seconds(policy.ttl().seconds())) continue;
    Delete(settings.name()).IgnoreError();
  }
  const auto snapshots = ListSnapshots();
  if (!snapshots.ok()) return;
  for (const google::pubsub::v1::Snapshot& snapshot : *snapshots) {
    if (FromTimestamp(snapshot.expire_time()) <= now) DeleteSnapshot(snapshot.name()).IgnoreError();
  }
}

absl::StatusOr<SubscriptionSettings> Queue::Create(const SubscriptionSettings& settings) {
  ASSIGN_OR_RETURN(const SubscriptionSettings complete,
                   CompleteSettings(options_.ledger, settings));
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const std::shared_ptr<Topic> topic, FindTopic(complete.topic()));
  {
    MutexLock lock(mutex_);
    if (subscriptions_.contains(complete.name())) {
      return Error(absl::StatusCode::kAlreadyExists, "SUBSCRIPTION_EXISTS",
                   absl::StrCat(complete.name(), " exists already"), {{"name", complete.name()}});
    }
    if (subscriptions_.size() >= kSubscriptionsMax) {
      return Error(
          absl::StatusCode::kResourceExhausted, "TOO_MANY",
          absl::StrCat("subscriptions: ", subscriptions_.size(), ", limit ", kSubscriptionsMax));
    }
  }
  ASSIGN_OR_RETURN(std::shared_ptr<DeadLetterTopic> dead_letters, DeadLetterTopicOf(complete));
  v1::StoredSubscription stored;
  *stored.mutable_settings() = complete;
  *stored.mutable_create_time() = ToTimestamp(clock_.Now());
  *stored.mutable_last_used_time() = stored.create_time();
  // It gets what comes from now on.
  const Number last = topic->last();
  if (topic == events_) RETURN_IF_ERROR(NoteMark(last));
  const auto subscription = std::make_shared<Subscription>(
      std::move(stored), Progress{.done = NumberSet(last), .failures = {}, .redriven = {}}, topic,
      std::move(dead_letters), surroundings_);
  RETURN_IF_ERROR(subscription->Save());
  MutexLock lock(mutex_);
  subscriptions_[complete.name()] = subscription;
  return complete;
}

absl::StatusOr<SubscriptionSettings> Queue::Update(const SubscriptionSettings& wanted,
                                                   const google::protobuf::FieldMask& mask) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(wanted.name()));
  ASSIGN_OR_RETURN(const SubscriptionSettings changed,
                   ChangedSettings(options_.ledger, subscription->settings(), wanted, mask));
  ASSIGN_OR_RETURN(std::shared_ptr<DeadLetterTopic> dead_letters, DeadLetterTopicOf(changed));
  RETURN_IF_ERROR(subscription->Change(changed, std::move(dead_letters)));
  return changed;
}

absl::Status Queue::Delete(const std::string& name) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(name));
  RETURN_IF_ERROR(subscription->Delete());
  MutexLock lock(mutex_);
  subscriptions_.erase(name);
  return absl::OkStatus();
}

absl::StatusOr<Queue::SubscriptionPointer> Queue::Find(const std::string& name) const {
  RETURN_IF_ERROR(CheckName(options_.ledger, kSubscriptions, name));
  MutexLock lock(mutex_);
  const auto found = subscriptions_.find(name);
  if (found == subscriptions_.end()) return NotFound("SUBSCRIPTION_NOT_FOUND", name);
  return found->second;
}

std::vector<Queue::SubscriptionPointer> Queue::List() const {
  MutexLock lock(mutex_);
  std::vector<SubscriptionPointer> subscriptions;
  subscriptions.reserve(subscriptions_.size());
  for (const auto& [name, subscription] : subscriptions_) subscriptions.push_back(subscription);
  return subscriptions;
}

absl::StatusOr<std::shared_ptr<Topic>> Queue::FindTopic(const std::string& name) const {
  if (name == events_->name()) return std::shared_ptr<Topic>(events_);
  return FindDeadLetterTopic(name);
}

absl::StatusOr<std::shared_ptr<DeadLetterTopic>> Queue::FindDeadLetterTopic(
    const std::string& name) const {
  RETURN_IF_ERROR(CheckName(options_.ledger, kTopics, name));
  MutexLock lock(mutex_);
  const auto found = dead_letter_topics_.find(name);
  if (found == dead_letter_topics_.end()) return NotFound("TOPIC_NOT_FOUND", name);
  return found->second;
}

void Queue::Forget() {
  events_->Forget();
  const MutexLock lock(mutex_);
  for (const auto& [name, topic] : dead_letter_topics_) topic->Forget();
}

std::vector<std::string> Queue::ListTopics() const {
  std::vector<std::string> names{events_->name()};
  MutexLock lock(mutex_);
  for (const auto& [name, topic] : dead_letter_topics_) names.push_back(name);
  return names;
}

absl::StatusOr<std::shared_ptr<DeadLetterTopic>> Queue::DeadLetterTopicOf(
    const SubscriptionSettings& settings) {
  if (!settings.has_dead_letter_policy()) return std::shared_ptr<DeadLetterTopic>();
  const std::string& name = settings.dead_letter_policy().dead_letter_topic();
  {
    MutexLock lock(mutex_);
    const auto found = dead_letter_topics_.find(name);
    if (found != dead_letter_topics_.end()) return found->second;
  }
  Batch batch;
  batch.Put(absl::StrCat(kTopicRows, name), NumberBytes(0));
  RETURN_IF_ERROR(store_->Write(batch, /*synced=*/true));
  ASSIGN_OR_RETURN(std::shared_ptr<DeadLetterTopic> topic,
                   DeadLetterTopic::Open(name, *store_, log_, options_.format));
  MutexLock lock(mutex_);
  dead_letter_topics_[name] = topic;
  return topic;
}

absl::Status Queue::NoteMark(eventstore::Position position) {
  return position == 0 ? absl::OkStatus() : events_->Read(position, 1).status();
}

}  // namespace trellis::queue
