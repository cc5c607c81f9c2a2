// The event log: an append-only sequence of records on RocksDB.
//
// Operation.   One committer at a time drains everything that waits, checks revisions, assigns
//              positions and times, and writes it all with ONE synced write (group commit): the
//              caller that finds none at work is it. While it syncs, the next group gathers. No
//              timers, no sleeps.
// Concurrency. Thread-safe. Append may block for as long as groups gather; callbacks run on the
//              thread of whoever commits, and must not block, nor call Close().
// Durability.  A commit is acknowledged after its bytes were synced to disk; nothing is readable
//              before. After an error of a write the log takes no more commits: what the disk
//              holds is known after a restart only. A full disk is no error: commits are refused
//              while there is less room than the log needs to stay whole, and reads go on.
// Proof.       The records are the leaves of a Merkle tree (RFC 6962), which grows with each group.
//              With a key, each group is signed as a checkpoint once it is synced, and the newest
//              is kept in a file beside the directory: a log that was cut short or changed is not
//              opened.
// Order.       Sync, then every callback of the group, then durable_position() moves and wakes
//              WaitForMore. So whoever waits for a view registers in the callback, before any
//              reader can see the record.
// Limits.      kEventBytesMax, kCommitEventsMax, kCommitBytesMax, kWaitingMax, kWaitingBytesMax.
//
//   auto log = EventLog::Open({.directory = "var/log", .ledger = "trellis"}, clock);
//   (*log)->Append(commit, [](absl::StatusOr<Appended> appended) { ... });
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "eventstore/record.h"
#include "proofs/key.h"
#include "proofs/tile.h"

namespace rocksdb {
class Env;
}

namespace trellis::eventstore {

// An event's limit: the longest plan entry is some 40 KiB of text; 256 KiB leaves room.
inline constexpr size_t kEventBytesMax = 256 * 1024;
// A commit's limits: the largest command opens a plan with everything it brings along.
inline constexpr size_t kCommitEventsMax = 500;
inline constexpr size_t kCommitBytesMax = 1024 * 1024;
// Commits that may wait for the committer; at 2 KiB each, 20 MiB.
inline constexpr size_t kWaitingMax = 10'000;
// What they may hold in all: the largest commits must not take the memory that small ones leave.
inline constexpr size_t kWaitingBytesMax = 64 * 1024 * 1024;
// A stream's limit: a plan has fewer than 200 events.
inline constexpr Revision kStreamEventsMax = 10'000;

struct NewEvent {
  std::string type;
  std::string payload;
  // Of a payload that is sealed: see Header.
  Uuid subject_key_id{};
  Digest event_digest{};
};

// Events for the end of one stream; without any it only has to be at that revision.
struct StreamAppend {
  // 1 to kStreamBytesMax bytes without NUL.
  std::string stream;
  // The stream's revision must be this; 0: it must not exist.
  Revision expected_revision = 0;
  std::vector<NewEvent> events;
};

// What one command appends, all or nothing.
struct Commit {
  Origin origin;
  // What the request was, so that the same id with another request is noticed.
  Digest fingerprint{};
  // Different streams. May be empty: then only the request id is remembered.
  std::vector<StreamAppend> appends;
};

// What the log signs of itself.
struct SignedCheckpoint {
  // How many records it covers: the positions 1 to `size`.
  Position size = 0;
  // The root of the tree over them.
  Digest root{};
  // Both with the ledger's name, as a signed note (C2SP tlog-checkpoint).
  std::string note;
};

// What became of a commit.
struct Appended {
  // The commit's events, in order. Empty if nothing had to be written, and for a repeated request.
  std::vector<Record> records;
  // True if the request id was known: nothing was written now.
  bool repeated = false;
  // The positions of the commit's events, now or the first time. A commit without events has an
  // empty range: its first position is one past its last, which was the log's last then.
  Position first_position = 0;
  Position last_position = 0;
  // A signed checkpoint that covers them; null if the log has no key. For a repeated request it is
  // not that of its first answer: see CheckpointAt.
  std::shared_ptr<const SignedCheckpoint> checkpoint = nullptr;
};

// What is known of a request that was committed: see Appended for the positions.
struct KnownRequest {
  Digest fingerprint{};
  Position first_position = 0;
  Position last_position = 0;
  // The size of the tree that its answer was signed with: the end of its group.
  Position signed_size = 0;
};

struct EventLogOptions {
  // Created if missing. Opened by one process at a time.
  std::string directory;
  // The ledger's name, written into a new log and checked against an old one.
  std::string ledger;
  // The file system; null: the machine's. Must outlive the log.
  rocksdb::Env* env = nullptr;
  // What is kept in memory before it goes to a file, 64 KiB or more. The log uses up to three times
  // as much, and a start reads up to twice as much again.
  size_t memtable_bytes = 32 * 1024 * 1024;
  // Room on the disk that commits leave: for what is in memory, for files that are made of others,
  // and for the other stores beside the log, which must go on.
  uint64_t spare_bytes = 256 * 1024 * 1024;
  // Called once, when a write failed and the log takes no more commits: from the thread that
  // commits, before the answers of that group. Null: nobody is told.
  std::function<void()> on_failure = nullptr;
  // Signs checkpoints; its name is the ledger's. The newest is kept in `directory`.checkpoint, and
  // must be there once the log has records. Without a key nothing is signed, and that file is not
  // looked at.
  std::optional<proofs::SignerKey> key = std::nullopt;
};

class EventLog {
 public:
  using Callback = std::function<void(absl::StatusOr<Appended>)>;

  // Opens the log, creating it if there is none, and starts the committer. `clock` must outlive
  // the log. FAILED_PRECONDITION (LEDGER_MISMATCH, also of the key; FORMAT_TOO_NEW, LOG_IN_USE),
  // UNAVAILABLE (LOG_UNREADABLE: cannot be created, read or written), DATA_LOSS (LOG_DAMAGED;
  // LOG_TRUNCATED, LOG_REWRITTEN, CHECKPOINT_MISSING, CHECKPOINT_DAMAGED: see CheckAgainstFile).
  static absl::StatusOr<std::unique_ptr<EventLog>> Open(const EventLogOptions& options,
                                                        const Clock& clock);
  // Opens the log that is there, as far as position `last`, for reading alone: no byte of its
  // directory changes, no file of a checkpoint is looked at, and nothing can be appended (a write
  // fails). The errors of Database::OpenReadOnly and of reading the end.
  static absl::StatusOr<std::unique_ptr<EventLog>> OpenReadOnly(const EventLogOptions& options,
                                                                Position last, const Clock& clock);
  // Commits what waits, then stops.
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Appends `commit` and calls `done` once, from the thread that commits:
  //   OK                   durable; or a repeated request, `repeated` set.
  //   ABORTED              REVISION_MISMATCH: a stream is at another revision; metadata stream,
  //                        revision (the present one), expected.
  //   ALREADY_EXISTS       REQUEST_ID_REUSED: the request id was committed with another
  //                        fingerprint.
  //   INVALID_ARGUMENT     COMMIT_TOO_LARGE, EVENT_TOO_LARGE, STREAM_FULL: metadata limit, which,
  //                        got. COMMIT_MALFORMED: a stream's name, a type or an actor that cannot
  //                        be stored, a stream twice, or a stream without events.
  //   RESOURCE_EXHAUSTED   LOG_BUSY: kWaitingMax commits wait, or kWaitingBytesMax; retry later.
  //                        DISK_FULL: less room than EventLogOptions::spare_bytes; retry later.
  //   UNAVAILABLE          LOG_CLOSED: closing. LOG_FAILED: a write failed, this one or an earlier;
  //                        whether this commit was written shows when the log is opened again.
  //                        LOG_UNREADABLE: the indexes cannot be read.
  //   DATA_LOSS            LOG_DAMAGED: an index is damaged.
  // INVALID_ARGUMENT, LOG_BUSY, LOG_CLOSED and an earlier LOG_FAILED come at once, on the caller's
  // thread.
  void Append(Commit commit, Callback done);

  // The last position that is durable and readable; 0: the log is empty.
  Position durable_position() const;

  // Blocks until durable_position() > `after` or the log is closed; returns durable_position().
  Position WaitForMore(Position after);

  // Reads see what is at or before durable_position(). They answer UNAVAILABLE (LOG_UNREADABLE) if
  // the disk fails, DATA_LOSS (RECORD_DAMAGED, RECORD_MISSING, with a position; LOG_DAMAGED) if it
  // does not hold what was written, and INVALID_ARGUMENT (STREAM_NAME_INVALID) for a name that no
  // stream can have.

  // The request with this id, if it was committed.
  absl::StatusOr<std::optional<KnownRequest>> FindRequest(const Uuid& request_id) const;

  // Records at positions `first` to `last`, capped at durable_position(). Calls `visit` with each
  // in order until it returns an error, which is returned. A record is the
  // visitor's during its call, which may swap it for another.
  absl::Status ReadAll(Position first, Position last,
                       const std::function<absl::Status(Record&)>& visit) const;

  // The records of `stream` with revisions `first` to `last`, in order; fewer if it is shorter.
  absl::StatusOr<std::vector<Record>> ReadStream(absl::string_view stream, Revision first,
                                                 Revision last) const;

  // The newest signed checkpoint, of what is durable; it covers every position that was seen
  // before. Null if the log has no key.
  std::shared_ptr<const SignedCheckpoint> checkpoint() const;
  // The checkpoint that the answer to a request was signed with: `signed_size` is its
  // KnownRequest's. Byte for byte, as long as the key is the same; after that, the same text with
  // the new key's signature. Null if the log has no key. The errors of reading.
  absl::StatusOr<std::shared_ptr<const SignedCheckpoint>> CheckpointAt(Position signed_size) const;
  // The public half of the key that signs now; nothing without one.
  std::optional<proofs::VerifierKey> key() const;
  // Signs with `next` from the next commit on, once `keep` has kept it: see
  // Checkpoints::ReplaceKey. Commits wait meanwhile. FAILED_PRECONDITION: LEDGER_NOT_SIGNED without
  // a key, LEDGER_MISMATCH if `next` has another name. LOG_FAILED: the disk does not take it, and
  // the log takes no more commits.
  absl::Status ReplaceKey(const proofs::SignerKey& next, const std::function<absl::Status()>& keep);
  // How many records the tree covers: all that are durable.
  Position tree_size() const;

  // The hashes of a tile of the tree, at least `id.width` of them, or a bundle of so many entries
  // (record_format.h). NOT_FOUND (TILE_NOT_FOUND) if the tree does not reach so far.
  absl::StatusOr<std::string> ReadTile(const proofs::TileId& id) const;

  // Makes `directory`, which is not there yet, on the log's disk, with hard links to the log's
  // files and copies of those that still grow, all synced: a log of its own that ends with what the
  // checkpoint that is returned covers. Commits wait while it is made, some milliseconds.
  // FAILED_PRECONDITION (LEDGER_NOT_SIGNED) without a key; LOG_FAILED, LOG_UNREADABLE.
  absl::StatusOr<std::shared_ptr<const SignedCheckpoint>> LinkTo(const std::string& directory);

  // The stream's revision; 0 if it does not exist.
  absl::StatusOr<Revision> StreamRevision(absl::string_view stream) const;

  // Calls `follow` after each group, from the thread that commits, once durable_position() moved,
  // and when the log is closed. `idle`: nothing else waits to be committed. Null: nobody follows.
  void SetFollower(std::function<void(bool idle)> follow);

  // Takes no more commits (UNAVAILABLE), finishes those that wait, wakes WaitForMore. Idempotent.
  void Close();
  // True once Close() was called and every commit is finished.
  bool closed() const;

 private:
  class Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  absl::Status RequireSigned(absl::string_view why) const;

  const std::unique_ptr<Impl> impl_;
};

}  // namespace trellis::eventstore
