#include "eventstore/committer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"

namespace trellis::eventstore {
namespace {

// After a group of this many commits the leader has time for the follower; larger ones come under
// load, when following goes better beside the next sync.
constexpr size_t kSmallGroup = 4;

}  // namespace

Committer::Committer(Database& database, GroupPlanner planner, DurablePosition& durable,
                     Checkpoints* checkpoints, std::function<void()> on_failure, const Clock& clock)
    : database_(database),
      durable_(durable),
      checkpoints_(checkpoints),
      clock_(clock),
      on_failure_(std::move(on_failure)),
      planner_(std::move(planner)) {}

Committer::~Committer() { Close(); }

void Committer::Submit(std::unique_ptr<WaitingCommit> commit) {
  absl::Status refusal;
  {
    MutexLock lock(mutex_);
    refusal = Refusal(*commit);
    if (refusal.ok()) {
      waiting_bytes_ += commit->bytes;
      waiting_.push_back(std::move(commit));
      if (leading_) return;
      leading_ = true;
    }
  }
  if (!refusal.ok()) return commit->done(std::move(refusal));
  Lead();
}

void Committer::SetFollower(std::function<void(bool idle)> follow) {
  auto shared = follow == nullptr
                    ? nullptr
                    : std::make_shared<const std::function<void(bool)>>(std::move(follow));
  MutexLock lock(mutex_);
  follow_ = std::move(shared);
}

absl::Status Committer::Refusal(const WaitingCommit& commit) const {
  if (!failure_.ok()) return failure_;
  if (closing_) {
    return Error(absl::StatusCode::kUnavailable, "LOG_CLOSED",
                 absl::StrCat("log ", database_.directory(), " is closing"));
  }
  if (waiting_.size() >= kWaitingMax) {
    return Error(absl::StatusCode::kResourceExhausted, "LOG_BUSY",
                 absl::StrCat("commits that wait: ", waiting_.size(), ", limit ", kWaitingMax));
  }
  if (waiting_bytes_ + commit.bytes > kWaitingBytesMax) {
    return Error(
        absl::StatusCode::kResourceExhausted, "LOG_BUSY",
        absl::StrCat("bytes of commits that wait: ", waiting_bytes_, ", limit ", kWaitingBytesMax));
  }
  return absl::OkStatus();
}

void Committer::Close() {
  MutexLock lock(mutex_);
  closing_ = true;
  while (leading_) changed_.Wait(mutex_);
}

void Committer::Lead() {
  Group group;
  while (TakeGroup(group)) {
    CommitGroup(group);
    bool idle = group.size() <= kSmallGroup;
    group.clear();
    {
      MutexLock lock(mutex_);
      writing_ = false;
      if (visitors_ > 0) changed_.NotifyAll();
      idle = idle && waiting_.empty();
    }
    // Before the lead is given up, so that Close() waits for it.
    TellFollower(idle);
  }
}

void Committer::TellFollower(bool idle) {
  std::shared_ptr<const std::function<void(bool)>> follow;
  {
    MutexLock lock(mutex_);
    follow = follow_;
  }
  if (follow != nullptr) (*follow)(idle);
}

bool Committer::TakeGroup(Group& group) {
  MutexLock lock(mutex_);
  while (visitors_ > 0) changed_.Wait(mutex_);
  size_t bytes = 0;
  while (!waiting_.empty() && bytes < kGroupBytesMax) {
    bytes += waiting_.front()->bytes;
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  writing_ = !group.empty();
  if (writing_) return true;
  leading_ = false;
  changed_.NotifyAll();
  return false;
}

absl::Status Committer::BetweenGroups(absl::FunctionRef<absl::Status()> work) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    ++visitors_;
    while (writing_) changed_.Wait(mutex_);
    status = failure_;
  }
  if (status.ok()) status = work();
  MutexLock lock(mutex_);
  --visitors_;
  changed_.NotifyAll();
  return status;
}

void Committer::CommitGroup(Group& group) {
  absl::Status status = Ready();
  if (status.ok()) {
    planner_.Begin(clock_.Now());
    for (const auto& commit : group) planner_.Add(*commit);
    planner_.Finish();
    status = WriteBatch();
  }
  // What is signed is on disk; one signature is for all.
  const auto checkpoint = status.ok() ? SignedNow() : nullptr;
  for (const auto& commit : group) {
    // Refusals too: they may rest on a commit of the same group that is not on disk.
    if (!status.ok()) commit->result = status;
    if (commit->result.ok()) commit->result->checkpoint = checkpoint;
    commit->done(std::move(commit->result));
  }
  // After the callbacks: see the order in event_log.h.
  if (!status.ok()) return;
  // So that whoever sees a position finds a checkpoint that covers it.
  if (checkpoint != nullptr) checkpoints_->Publish(checkpoint);
  durable_.Advance(planner_.last_position());
}

std::shared_ptr<const SignedCheckpoint> Committer::SignedNow() const {
  if (checkpoints_ == nullptr) return nullptr;
  auto newest = checkpoints_->newest();
  if (newest != nullptr && newest->size == planner_.last_position()) return newest;
  return checkpoints_->Sign(planner_.last_position(), planner_.tree().Root());
}

absl::Status Committer::Ready() {
  {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  return database_.CheckRoom();
}

absl::Status Committer::WriteBatch() {
  if (planner_.batch().Count() == 0) return absl::OkStatus();
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = database_.db().Write(options, &planner_.batch());
  if (written.ok()) return absl::OkStatus();
  // Also if there was no room. RocksDB would go on from there: but a batch that is whole in the
  // write-ahead log comes back at the next start in those families alone that it has not flushed
  // since. Only a start makes it all or nothing.
  return Fail(database_.Unreadable(written).message());
}

absl::Status Committer::Fail(absl::string_view cause) {
  database_.Freeze();
  absl::Status failure =
      Error(absl::StatusCode::kUnavailable, "LOG_FAILED",
            absl::StrCat("a write failed, no more commits until a restart: ", cause),
            {{"directory", database_.directory()}});
  {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return failure_;
    failure_ = failure;
  }
  Log("log.failed", {{"directory", database_.directory()}, {"cause", std::string(cause)}});
  if (on_failure_ != nullptr) on_failure_();
  return failure;
}

}  // namespace trellis::eventstore
