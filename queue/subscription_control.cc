// What is done to a subscription beside delivering: changing, seeking, deleting, writing.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "queue/cursor.h"
#include "queue/subscription.h"

namespace trellis::queue {
namespace {

// How long after a write that failed the next is tried.
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

google::pubsub::v1::Subscription Subscription::settings() const {
  MutexLock lock(mutex_);
  return stored_.settings();
}

Progress Subscription::progress() const {
  MutexLock lock(mutex_);
  return deliveries_->progress();
}

absl::Time Subscription::last_used() const {
  MutexLock lock(mutex_);
  return last_used_;
}

std::vector<v1::Rewind> Subscription::rewinds() const {
  MutexLock lock(mutex_);
  return {stored_.rewinds().begin(), stored_.rewinds().end()};
}

SubscriptionStatus Subscription::Status() {
  MutexLock lock(mutex_);
  const Progress& progress = deliveries_->progress();
  SubscriptionStatus status{.leased = deliveries_->leased(),
                            .backing_off = deliveries_->backing_off(),
                            .consumers = consumers_.size(),
                            .floor = progress.done.floor(),
                            .topic_last = topic_->last(),
                            .counts = counts_};
  status.backlog = status.topic_last - status.floor + progress.redriven.size();
  for (const auto& [first, last] : progress.done.ranges()) status.backlog -= last - first + 1;
  if (status.backlog == 0) return status;
  const auto oldest = topic_->Find(deliveries_->oldest());
  if (oldest.ok() && *oldest != nullptr) status.oldest = (*oldest)->publish_time();
  return status;
}

absl::Status Subscription::Change(const google::pubsub::v1::Subscription& settings,
                                  std::shared_ptr<DeadLetterTopic> dead_letters) {
  {
    MutexLock lock(mutex_);
    *stored_.mutable_settings() = settings;
    // Those that are given up but not written yet still need a place.
    if (dead_letters != nullptr || deliveries_->dead_letters().empty()) {
      dead_letters_ = std::move(dead_letters);
    }
    deliveries_->set_rules(Rules());
    settings_changed_ = true;
  }
  return Save();
}

absl::Status Subscription::Seek(Progress progress) {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    Begin(std::move(progress));
    // Consumers stay, and what they have is no longer theirs.
    for (auto& [id, consumer] : consumers_) deliveries_->AddConsumer(id, consumer.limits);
    wakes = Settle();
  }
  const absl::Status saved = Save();
  Call(wakes);
  return saved;
}

absl::Status Subscription::Redrive(const std::vector<Number>& numbers, Rows rows) {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    for (const Number number : numbers) RedriveOne(number);
    std::move(rows.begin(), rows.end(), std::back_inserter(rows_));
    wakes = Settle();
  }
  const absl::Status saved = Save();
  Call(wakes);
  return saved;
}

absl::Status Subscription::Delete() {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    deleted_ = true;
    const std::string& name = stored_.settings().name();
    wakes = EndWith(Error(absl::StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND",
                          absl::StrCat(name, " was deleted"), {{"name", name}}));
  }
  const absl::Status saved = Save();
  Call(wakes);
  return saved;
}

void Subscription::Close() {
  Wakes wakes;
  {
    MutexLock lock(mutex_);
    wakes = EndWith(
        Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is shutting down"));
  }
  Call(wakes);
}

Subscription::Wakes Subscription::EndWith(const absl::Status& status) {
  over_ = status;
  // Each learns of it by its next Take.
  for (auto& [id, consumer] : consumers_) consumer.hungry = true;
  return Settle();
}

absl::Status Subscription::Save() {
  Mutex mutex;
  CondVar changed;
  std::optional<absl::Status> saved;
  {
    MutexLock lock(mutex_);
    MarkChanged(/*synced=*/true, [&](const absl::Status& status) {
      MutexLock done(mutex);
      saved = status;
      changed.NotifyOne();
    });
  }
  surroundings_.writer.Write(shared_from_this());
  MutexLock lock(mutex);
  while (!saved.has_value()) changed.Wait(mutex);
  return *saved;
}

void Subscription::WriteSoon() {
  {
    MutexLock lock(mutex_);
    MarkChanged(/*synced=*/false, nullptr);
  }
  surroundings_.writer.Write(shared_from_this());
}

void Subscription::MarkChanged(bool synced, Saved saved) {
  synced_ |= synced;
  changed_ = true;
  if (saved != nullptr) waiting_.push_back(std::move(saved));
}

bool Subscription::AddTo(Batch& batch) {
  MutexLock lock(mutex_);
  // Several may have asked for one write.
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(written_));
  waiting_.clear();
  const bool synced = std::exchange(synced_, false);
  if (!std::exchange(changed_, false)) return synced;
  const std::string& name = stored_.settings().name();
  if (deleted_) {
    batch.Delete(absl::StrCat(kSubscriptionRows, name));
    batch.Delete(absl::StrCat(kCursorRows, name));
    return synced;
  }
  if (settings_changed_ || last_used_ - FromTimestamp(stored_.last_used_time()) > kUsedAccuracy) {
    *stored_.mutable_last_used_time() = ToTimestamp(last_used_);
    batch.Put(absl::StrCat(kSubscriptionRows, name), stored_);
    settings_changed_ = false;
  }
  std::move(rows_.begin(), rows_.end(), std::back_inserter(rows_being_written_));
  rows_.clear();
  for (const auto& [key, value] : rows_being_written_) batch.Put(key, value);
  AddDeadLetters(batch);
  batch.Put(absl::StrCat(kCursorRows, name), ToCursor(deliveries_->progress()));
  return synced;
}

void Subscription::AddDeadLetters(Batch& batch) {
  burying_ = deliveries_->dead_letters().size();
  burying_in_ = burying_ == 0 ? nullptr : dead_letters_;
  for (const DeadLetter& letter : deliveries_->dead_letters()) {
    v1::StoredDeadLetter row;
    // Only subscriptions to the ledger's events have a policy: the number is the position.
    row.set_position(letter.number);
    row.set_subscription(stored_.settings().name());
    row.set_delivery_attempts(letter.attempts);
    row.set_last_reason(letter.last_reason);
    *row.mutable_dead_letter_time() = ToTimestamp(surroundings_.clock.Now());
    dead_letters_->Bury(row, batch);
  }
}

void Subscription::Written(const absl::Status& status) {
  std::vector<Saved> done;
  std::shared_ptr<DeadLetterTopic> buried_in;
  {
    MutexLock lock(mutex_);
    done.swap(written_);
    buried_in.swap(burying_in_);
    if (status.ok()) {
      deliveries_->Buried(burying_);
      counts_.dead_lettered += static_cast<int64_t>(burying_);
      rows_being_written_.clear();
    } else {
      // Written again with whatever comes next, or by itself.
      changed_ = true;
      settings_changed_ = true;
    }
    burying_ = 0;
  }
  if (!status.ok()) {
    surroundings_.timer.After(kRetryAfter, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self != nullptr) self->WriteSoon();
    });
    if (buried_in != nullptr) buried_in->NotBuried();
  } else if (buried_in != nullptr) {
    buried_in->Buried();
    surroundings_.followers.Moved(*buried_in);
  }
  for (const Saved& saved : done) saved(status);
}

}  // namespace trellis::queue
