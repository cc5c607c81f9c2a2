// The one thread that writes the log.
#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "eventstore/database.h"
#include "eventstore/durable_position.h"
#include "eventstore/group_planner.h"
#include "eventstore/waiting_commit.h"

namespace trellis::eventstore {

// Operation.   Takes what waits, up to kGroupBytesMax; has it planned; writes it with one synced
//              write; calls back; publishes the position. Then again.
// Concurrency. Thread-safe. Its references must outlive it.
// Limits.      kWaitingMax, kWaitingBytesMax.
class Committer {
 public:
  Committer(Database& database, GroupPlanner planner, DurablePosition& durable, const Clock& clock);
  ~Committer();

  // Calls `commit->done` once, with what EventLog::Append says.
  void Submit(std::unique_ptr<WaitingCommit> commit);

  // Takes no more commits, finishes those that wait, ends the thread. Idempotent.
  void Close();

 private:
  using Group = std::vector<std::unique_ptr<WaitingCommit>>;

  void Run();
  // Blocks until something waits; false if nothing does and nothing will.
  bool TakeGroup(Group& group);
  void CommitGroup(Group& group);
  absl::Status WriteBatch();
  absl::Status Refusal(const WaitingCommit& commit) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Database& database_;
  DurablePosition& durable_;
  const Clock& clock_;
  // Of the committer thread alone.
  GroupPlanner planner_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::unique_ptr<WaitingCommit>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Once it is not OK, it stays. Written by the committer thread alone.
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);

  Mutex join_mutex_;
  std::thread thread_ ABSL_GUARDED_BY(join_mutex_);
};

}  // namespace trellis::eventstore
