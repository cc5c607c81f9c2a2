// Decides what becomes of the commits of a group, one after another, and makes the one batch that
// writes them. A commit sees what those before it will have done.
#pragma once

#include <optional>
#include <rocksdb/write_batch.h>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "eventstore/database.h"
#include "eventstore/log_tree.h"
#include "eventstore/recovery.h"
#include "eventstore/stream_heads.h"
#include "eventstore/waiting_commit.h"

namespace trellis::eventstore {

// What a group may take: far more than gathers during one sync, and little memory.
inline constexpr size_t kGroupBytesMax = size_t{8} << 20;

// `database` must outlive it. After the batch of a group could not be written, the planner is ahead
// of the disk and must not be used again.
class GroupPlanner {
 public:
  // `end` is where the log ends now, and `tree` is over all of it.
  GroupPlanner(const Database& database, std::string ledger, const LogEnd& end, LogTree tree);

  // Begins a group; the one before was written. Its events are recorded at `now`, or at the time of
  // the one before if that is later.
  void Begin(absl::Time now);

  // Sets the commit's result. If it is to be written, adds it to the batch.
  void Add(WaitingCommit& commit);

  // Ends a group: the tree grows by what it writes, and its requests are known by its end.
  void Finish();

  // What the group writes.
  rocksdb::WriteBatch& batch() { return batch_; }

  // The last position, once the batch is written, and the tree up to it.
  Position last_position() const { return last_position_; }
  const LogTree& tree() const { return tree_; }

 private:
  absl::StatusOr<Appended> Plan(WaitingCommit& commit);
  absl::StatusOr<std::optional<KnownRequest>> FindRequest(const Uuid& request_id) const;
  absl::Status CheckRevision(const WaitingCommit::Part& part);
  absl::StatusOr<Revision> HeadOnDisk(absl::string_view stream, Revision expected) const;
  absl::StatusOr<bool> IsIndexed(absl::string_view stream, Revision revision) const;
  Appended Write(WaitingCommit& commit);
  void WriteRecord(Record& record);

  const Database& database_;
  const std::string ledger_;
  Position last_position_;
  absl::Time recorded_at_;
  StreamHeads heads_;
  LogTree tree_;
  // Of the records of this group.
  std::vector<Digest> leaves_;
  // Those of this group, which are not on disk yet.
  absl::flat_hash_map<Uuid, KnownRequest> group_requests_;
  // Reused, so that it keeps its memory.
  rocksdb::WriteBatch batch_;
};

}  // namespace trellis::eventstore
