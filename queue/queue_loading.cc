// Opening the queue: what was stored, and a log that is not the one it followed.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "queue/cursor.h"
#include "queue/queue.h"

namespace trellis::queue {
namespace {

// Rewinds that are remembered of a subscription.
constexpr int kRewindsMax = 10;

// Parses every row that begins with `prefix`.
template <typename Message>
absl::StatusOr<std::vector<Message>> ReadRows(const QueueStore& store, absl::string_view prefix) {
  std::vector<Message> rows;
  absl::Status status;
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view value) {
    status = ParseRow(key, value, rows.emplace_back());
    return status.ok();
  }));
  RETURN_IF_ERROR(status);
  return rows;
}

// In the order of their positions.
absl::StatusOr<std::vector<Mark>> ReadMarks(const QueueStore& store) {
  std::vector<Mark> marks;
  RETURN_IF_ERROR(store.Scan(kMarkRows, "", [&](absl::string_view key, absl::string_view value) {
    Mark& mark = marks.emplace_back();
    mark.position = NumberAtEnd(key);
    std::copy_n(value.begin(), std::min(value.size(), mark.leaf_digest.size()),
                mark.leaf_digest.begin());
    return true;
  }));
  return marks;
}

}  // namespace

absl::Status Queue::Load() {
  ASSIGN_OR_RETURN(const std::vector<Mark> marks, ReadMarks(*store_));
  ASSIGN_OR_RETURN(const eventstore::Position common, CommonPosition(marks));
  const eventstore::Position followed = marks.empty() ? 0 : marks.back().position;
  RETURN_IF_ERROR(LoadTopics(common, followed > common));
  RETURN_IF_ERROR(NoteMark(common));
  ASSIGN_OR_RETURN(const std::vector<v1::StoredSubscription> subscriptions,
                   ReadRows<v1::StoredSubscription>(*store_, kSubscriptionRows));
  for (const v1::StoredSubscription& stored : subscriptions) {
    RETURN_IF_ERROR(LoadSubscription(stored, common));
  }
  return followed > common ? Rewind(marks, common) : absl::OkStatus();
}

absl::StatusOr<eventstore::Position> Queue::CommonPosition(const std::vector<Mark>& marks) const {
  // Nothing was followed yet: whatever the log holds is fine.
  if (marks.empty()) return log_.durable_position();
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
    ASSIGN_OR_RETURN(const bool holds, events_->Holds(*mark));
    if (holds) return mark == marks.rbegin() ? log_.durable_position() : mark->position;
  }
  return eventstore::Position{0};
}

absl::Status Queue::LoadTopics(eventstore::Position common, bool rewound) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(store_->Scan(kTopicRows, "", [&](absl::string_view key, absl::string_view) {
    names.emplace_back(absl::StripPrefix(key, kTopicRows));
    return true;
  }));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(std::shared_ptr<DeadLetterTopic> topic,
                     DeadLetterTopic::Open(name, *store_, log_, options_.format));
    if (rewound) {
      Batch batch;
      RETURN_IF_ERROR(topic->CutAbove(common, batch));
      RETURN_IF_ERROR(store_->Write(batch, /*synced=*/true));
    }
    MutexLock lock(mutex_);
    dead_letter_topics_[name] = std::move(topic);
  }
  return absl::OkStatus();
}

absl::Status Queue::LoadSubscription(const v1::StoredSubscription& stored,
                                     eventstore::Position common) {
  const google::pubsub::v1::Subscription& settings = stored.settings();
  v1::Cursor cursor;
  ASSIGN_OR_RETURN(const bool there,
                   store_->Find(absl::StrCat(kCursorRows, settings.name()), cursor));
  if (!there) {
    return Error(absl::StatusCode::kDataLoss, "QUEUE_DAMAGED",
                 absl::StrCat("queue: ", settings.name(), " has no cursor"),
                 {{"subscription", settings.name()}});
  }
  RETURN_IF_ERROR(Filter::Parse(settings.filter()).status());
  Progress progress = FromCursor(cursor);
  v1::StoredSubscription changed = stored;
  ASSIGN_OR_RETURN(const std::shared_ptr<Topic> topic, FindTopic(settings.topic()));
  const Number before = progress.done.floor();
  if (topic == events_) CutAbove(common, progress);
  if (progress.done.floor() < before) {
    v1::Rewind& rewind = *changed.add_rewinds();
    rewind.set_from(before);
    rewind.set_to(progress.done.floor());
    *rewind.mutable_time() = ToTimestamp(clock_.Now());
    if (changed.rewinds_size() > kRewindsMax) changed.mutable_rewinds()->DeleteSubrange(0, 1);
    Log("queue.rewound", {{"subscription", settings.name()},
                          {"from", absl::StrCat(before)},
                          {"to", absl::StrCat(progress.done.floor())}});
  }
  MutexLock control(control_);
  ASSIGN_OR_RETURN(std::shared_ptr<DeadLetterTopic> dead_letters, DeadLetterTopicOf(settings));
  auto subscription = std::make_shared<Subscription>(std::move(changed), std::move(progress), topic,
                                                     std::move(dead_letters), surroundings_);
  MutexLock lock(mutex_);
  subscriptions_[settings.name()] = std::move(subscription);
  return absl::OkStatus();
}

absl::Status Queue::Rewind(const std::vector<Mark>& marks, eventstore::Position common) {
  Log("queue.older_log",
      {{"followed_to", absl::StrCat(marks.back().position)}, {"agrees_to", absl::StrCat(common)}});
  ASSIGN_OR_RETURN(std::vector<v1::StoredSnapshot> snapshots,
                   ReadRows<v1::StoredSnapshot>(*store_, kSnapshotRows));
  for (v1::StoredSnapshot& snapshot : snapshots) {
    if (snapshot.settings().topic() != events_->name()) continue;
    Progress progress = FromCursor(snapshot.cursor());
    CutAbove(common, progress);
    *snapshot.mutable_cursor() = ToCursor(progress);
    RETURN_IF_ERROR(WriteSnapshot(snapshot));
  }
  for (const SubscriptionPointer& subscription : List()) RETURN_IF_ERROR(subscription->Save());
  // Last, so that a crash before this begins the rewind again.
  Batch batch;
  for (const Mark& mark : marks) {
    if (mark.position > common) {
      batch.Delete(absl::StrCat(kMarkRows, NumberBytes(mark.position)));
    }
  }
  return store_->Write(batch, /*synced=*/true);
}

}  // namespace trellis::queue
