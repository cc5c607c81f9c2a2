// The one writer of the log at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "eventstore/checkpoints.h"
#include "eventstore/database.h"
#include "eventstore/durable_position.h"
#include "eventstore/group_planner.h"
#include "eventstore/waiting_commit.h"

namespace trellis::eventstore {

// Operation.   Whoever submits a commit while nobody writes becomes the leader: takes what waits,
//              up to kGroupBytesMax; has it planned; writes it with one synced write; calls back;
//              publishes the position; then again, until nothing waits. While the leader syncs, the
//              next group gathers. A thread of its own would cost every lone commit two changes of
//              thread, which take as long as the sync.
// Concurrency. Thread-safe. Its references must outlive it.
// Limits.      kWaitingMax, kWaitingBytesMax.
class Committer {
 public:
  // `checkpoints` may be null: nothing is signed. `on_failure` is that of the log's options.
  Committer(Database& database, GroupPlanner planner, DurablePosition& durable,
            Checkpoints* checkpoints, std::function<void()> on_failure, const Clock& clock);
  ~Committer();

  // Calls `commit->done` once, with what EventLog::Append says.
  void Submit(std::unique_ptr<WaitingCommit> commit);

  // Calls `follow` after each group, from the leader's thread, once its position is published;
  // `idle` says that no other commit waits, so that the thread may be used for a while. Null:
  // nobody follows.
  void SetFollower(std::function<void(bool idle)> follow);

  // Calls the follower, if there is one.
  void TellFollower(bool idle);

  // Calls `work` while no group is written, and returns what it returns: what is on disk then is
  // what was acknowledged and signed, and nothing else. Commits wait meanwhile. LOG_FAILED once a
  // write failed.
  absl::Status BetweenGroups(absl::FunctionRef<absl::Status()> work);

  // Takes no more commits until a restart, as after a write that failed: what is on disk now is
  // known after it alone. Says so once. Between groups, or by the leader. LOG_FAILED.
  absl::Status Fail(absl::string_view cause);

  // Takes no more commits and returns once those that wait are finished. Idempotent.
  void Close();

 private:
  using Group = std::vector<std::unique_ptr<WaitingCommit>>;

  void Lead();
  // Takes what waits. If nothing does, the leader has ended.
  bool TakeGroup(Group& group);
  void CommitGroup(Group& group);
  // Whether a group can be written now: not after a failure, nor while there is no room.
  absl::Status Ready();
  absl::Status WriteBatch();
  // Of what is on disk now; null if nothing is signed.
  std::shared_ptr<const SignedCheckpoint> SignedNow() const;
  absl::Status Refusal(const WaitingCommit& commit) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Database& database_;
  DurablePosition& durable_;
  Checkpoints* const checkpoints_;
  const Clock& clock_;
  const std::function<void()> on_failure_;
  // Of the leader alone.
  GroupPlanner planner_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::unique_ptr<WaitingCommit>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool leading_ ABSL_GUARDED_BY(mutex_) = false;
  // From before a group is written until it can be read.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Those in BetweenGroups, whom the leader lets go first: it would never leave them the time.
  int visitors_ ABSL_GUARDED_BY(mutex_) = 0;
  // Once it is not OK, it stays.
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const std::function<void(bool)>> follow_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::eventstore
