// The message queue: every event of the log, to consumers in any language, at least once and in
// order within a stream. What it does is that of Google's Pub/Sub; docs/queue.md says it whole.
//
// Data goes one way: the log -> Topic (messages, made once for all) -> Subscription (filter, order,
// leases) -> consumers; their acknowledgements -> CursorWriter -> QueueStore.
//
// Concurrency. Thread-safe. Control (whatever changes a resource) returns once it is synced, and is
//              not to be called from a consumer's callback.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "eventstore/event_log.h"
#include "queue/cursor_writer.h"
#include "queue/dead_letter_topic.h"
#include "queue/followers.h"
#include "queue/ledger_topic.h"
#include "queue/queue_store.h"
#include "queue/subscription.h"
#include "queue/timer.h"

namespace trellis::queue {

// Each costs about 3 KiB while nobody consumes.
inline constexpr size_t kSubscriptionsMax = 10'000;
inline constexpr size_t kSnapshotsMax = 5'000;
// How long a snapshot is kept: Pub/Sub's term, although the log would serve it longer.
inline constexpr absl::Duration kSnapshotLife = absl::Hours(7 * 24);

struct QueueOptions {
  // Created if missing. Opened by one process at a time.
  std::string directory;
  // The ledger's name: the project in the names of all resources.
  std::string ledger;
  EventFormat format;
  MayRead may_read;
  // The file system; null: the machine's. Must outlive the queue.
  rocksdb::Env* env = nullptr;
};

// A dead letter, and its number in its topic.
struct NumberedDeadLetter {
  Number number = 0;
  v1::StoredDeadLetter letter;
};

class Queue {
 public:
  using SubscriptionPointer = std::shared_ptr<Subscription>;

  // Opens the queue of `log`, which must outlive it, as must `clock`. If the log is another than
  // the one it followed (a backup was restored), every cursor goes back to where both agree. Errors
  // of QueueStore and of the log.
  static absl::StatusOr<std::unique_ptr<Queue>> Open(QueueOptions options,
                                                     eventstore::EventLog& log, const Clock& clock);
  // The log must have been closed before, and no consumer be attached any more.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const std::string& ledger() const { return options_.ledger; }

  // --- Subscriptions. Errors: those of names.h and settings.h; NOT_FOUND (SUBSCRIPTION_NOT_FOUND,
  // TOPIC_NOT_FOUND); ALREADY_EXISTS (SUBSCRIPTION_EXISTS); RESOURCE_EXHAUSTED (TOO_MANY).

  absl::StatusOr<google::pubsub::v1::Subscription> Create(
      const google::pubsub::v1::Subscription& settings);
  absl::StatusOr<google::pubsub::v1::Subscription> Update(
      const google::pubsub::v1::Subscription& wanted, const google::protobuf::FieldMask& mask);
  absl::Status Delete(const std::string& name);
  absl::StatusOr<SubscriptionPointer> Find(const std::string& name) const;
  // By name.
  std::vector<SubscriptionPointer> List() const;

  // Begins anew with the first message published at `time` or later; beyond the end: with the next
  // one that comes.
  absl::Status SeekToTime(const std::string& name, absl::Time time);
  // Begins anew with what was not acknowledged when the snapshot was made. FAILED_PRECONDITION
  // (SNAPSHOT_OF_OTHER_TOPIC).
  absl::Status SeekToSnapshot(const std::string& name, const std::string& snapshot);

  // --- Topics

  absl::StatusOr<std::shared_ptr<Topic>> FindTopic(const std::string& name) const;
  std::vector<std::string> ListTopics() const;

  // --- Snapshots. NOT_FOUND (SNAPSHOT_NOT_FOUND), ALREADY_EXISTS (SNAPSHOT_EXISTS).

  absl::StatusOr<google::pubsub::v1::Snapshot> CreateSnapshot(
      const google::pubsub::v1::CreateSnapshotRequest& request);
  absl::StatusOr<google::pubsub::v1::Snapshot> UpdateSnapshot(
      const google::pubsub::v1::Snapshot& wanted, const google::protobuf::FieldMask& mask);
  absl::Status DeleteSnapshot(const std::string& name);
  absl::StatusOr<google::pubsub::v1::Snapshot> FindSnapshot(const std::string& name) const;
  // By name.
  absl::StatusOr<std::vector<google::pubsub::v1::Snapshot>> ListSnapshots() const;

  // --- Dead letters. NOT_FOUND (TOPIC_NOT_FOUND, DEAD_LETTER_NOT_FOUND).

  absl::StatusOr<v1::StoredDeadLetter> FindDeadLetter(const std::string& topic,
                                                      Number number) const;
  // Those after `after`, of `subscription` unless it is empty, at most `count`.
  absl::StatusOr<std::vector<NumberedDeadLetter>> ListDeadLetters(const std::string& topic,
                                                                  const std::string& subscription,
                                                                  Number after, size_t count) const;
  // Delivers them again, each to its subscription, and returns how many; those that `request_id`
  // delivered before are counted, and left. FAILED_PRECONDITION (SUBSCRIPTION_GONE): nothing is
  // done.
  absl::StatusOr<size_t> Redrive(const std::string& topic, const std::vector<Number>& numbers,
                                 const Uuid& request_id);

  // Copies what is stored to `directory` as EventLog::LinkTo does. No cursor in it is ahead of the
  // log as it is afterwards.
  absl::Status LinkTo(const std::string& directory) const { return store_->LinkTo(directory); }

  // Keeps no event in memory that was read until now: what some of them said was erased.
  void Forget();

  // Ends what consumers wait for: from now on they get UNAVAILABLE (SHUTTING_DOWN).
  void Close();
  // For those who wait for messages for a while.
  Timer& timer() { return timer_; }

  // Deletes what nobody has used for its time: subscriptions and snapshots. Called by itself, too.
  void DeleteExpired();

 private:
  using DeadLetters = std::vector<NumberedDeadLetter>;

  Queue(QueueOptions options, eventstore::EventLog& log, const Clock& clock,
        std::unique_ptr<QueueStore> store);

  absl::Status Load();
  // The last position at which the log is the one that the queue followed.
  absl::StatusOr<eventstore::Position> CommonPosition(const std::vector<Mark>& marks) const;
  absl::Status LoadTopics(eventstore::Position common, bool rewound);
  absl::Status LoadSubscription(const v1::StoredSubscription& stored, eventstore::Position common);
  // Sets back what is stored; the cursors were set back as they were loaded.
  absl::Status Rewind(const std::vector<Mark>& marks, eventstore::Position common);
  // Reads the event at `position`, so that a mark of it is written with the next cursor.
  absl::Status NoteMark(eventstore::Position position);
  void Feed();
  void DeleteExpiredLater();

  // Opens the topic of the policy; null without one.
  absl::StatusOr<std::shared_ptr<DeadLetterTopic>> DeadLetterTopicOf(
      const google::pubsub::v1::Subscription& settings) ABSL_EXCLUSIVE_LOCKS_REQUIRED(control_);
  absl::StatusOr<std::shared_ptr<DeadLetterTopic>> FindDeadLetterTopic(
      const std::string& name) const;
  absl::Status WriteSnapshot(const v1::StoredSnapshot& snapshot);
  absl::StatusOr<v1::StoredSnapshot> LoadSnapshot(const std::string& name) const;
  absl::StatusOr<std::map<std::string, DeadLetters>> LettersToRedrive(
      DeadLetterTopic& topic, const std::vector<Number>& numbers, const Uuid& request_id) const;

  const QueueOptions options_;
  eventstore::EventLog& log_;
  const Clock& clock_;
  const std::unique_ptr<QueueStore> store_;
  const std::shared_ptr<LedgerTopic> events_;
  CursorWriter writer_;
  Followers followers_;
  Timer timer_;
  const Surroundings surroundings_;

  // Held by whoever changes a resource.
  Mutex control_;
  // Held for a moment, to look something up.
  mutable Mutex mutex_;
  std::map<std::string, SubscriptionPointer> subscriptions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<DeadLetterTopic>> dead_letter_topics_
      ABSL_GUARDED_BY(mutex_);
  std::thread feed_;
};

}  // namespace trellis::queue
