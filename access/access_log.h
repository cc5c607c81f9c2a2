// The access log: who looked at whose record, in which capacity, when, and why where they were
// asked. docs/access-log.md says what is recorded; the caller decides that and records it.
//
// Operation.   Record() puts an entry into a queue in memory and returns. One thread gathers for a
//              fifth of a second, then writes all that waits with one synced write: at most five
//              syncs a second beside those of the event log, however much is read.
// Concurrency. Thread-safe.
// Durability.  What was recorded before a Flush() that returned OK is on disk. A crash of the
//              process or of the machine loses the entries of the last `gather` and of the write in
//              progress, and never one that stands before another that is there. Who must not lose
//              an entry flushes before they show the record.
// Proof.       Each entry has a digest over the one before: see entry_chain.h. Head() is what
//              another log can keep, and Verify() what it is compared with. A tail that was cut off
//              is noticed by that comparison alone.
// Recursion.   Nothing here records by itself, and no reading does: whoever shows the log records
//              that as one entry like any other.
// Limits.      kWaitingMax, kWaitingBytesMax, kSubjectsMax, kNameBytesMax, kReasonBytesMax,
//              kPageMax.
//
//   auto log = AccessLog::Open({.directory = "var/access", .ledger = "trellis"}, clock);
//   RETURN_IF_ERROR((*log)->Record(entry));  // Refuse to show what cannot be recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "access/entry_chain.h"
#include "access/entry_reader.h"
#include "base/clock.h"

namespace trellis::access {

// Entries that may wait: a second of the reads that one machine can serve.
inline constexpr uint64_t kWaitingMax = 10'000;
// What they may hold in all: long lists and reasons must not take the memory that short ones leave.
inline constexpr size_t kWaitingBytesMax = size_t{16} << 20;
// Persons in one entry: a page of a list has no more.
inline constexpr int kSubjectsMax = 1'000;
// Of a reader, an rpc and a record; as of an actor in the event log.
inline constexpr size_t kNameBytesMax = 255;
// A reason has 10,000 characters like any text, of up to 4 bytes.
inline constexpr size_t kReasonBytesMax = 40'000;
// Entries in a page.
inline constexpr int kPageMax = 1'000;

struct AccessLogOptions {
  // Created if missing. Opened by one process at a time.
  std::string directory;
  // The ledger's name, written into a new log and checked against an old one.
  std::string ledger;
  // The file system; null: the machine's. Must outlive the log.
  rocksdb::Env* env = nullptr;
  // How long a first entry waits for others. What a crash loses grows with it, and the syncs that
  // the disk has for other things.
  absl::Duration gather = absl::Milliseconds(200);
  // How long Record() waits for room.
  absl::Duration patience = absl::Seconds(1);
  // Room on the disk that entries leave. A quarter of what the event log leaves: while that refuses
  // commits, records can still be read.
  uint64_t spare_bytes = uint64_t{64} << 20;
  // Called once, when a write failed and nothing more is recorded until a restart: from the thread
  // that writes. Null: nobody is told.
  std::function<void()> on_failure = nullptr;
};

class AccessLog {
 public:
  // Opens the log, or creates it. `clock` must outlive it. FAILED_PRECONDITION (LEDGER_MISMATCH,
  // FORMAT_TOO_NEW), UNAVAILABLE (ACCESS_LOG_UNREADABLE: cannot be created, read or written, or
  // another process has it), DATA_LOSS (ACCESS_LOG_DAMAGED, also of its last entry).
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(const AccessLogOptions& options,
                                                         const Clock& clock);
  // Writes what waits. Nobody may be in a call.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // Records an entry, whose number, time and digest are set here; what else is OUTPUT_ONLY is
  // ignored. Blocks only while the queue is full, for `patience` at most.
  //   INVALID_ARGUMENT     ACCESS_ENTRY_MALFORMED: the entry breaks a rule of its message.
  //   RESOURCE_EXHAUSTED   ACCESS_LOG_BUSY: the queue stayed full; DISK_FULL: it did, as the disk
  //                        has no room. Retry later.
  //   UNAVAILABLE          ACCESS_LOG_FAILED: a write failed, nothing more is recorded until a
  //                        restart.
  absl::Status Record(v1::AccessEntry entry);

  // Returns once all that was recorded before is on disk. UNAVAILABLE (ACCESS_LOG_FAILED): some of
  // it may not be. RESOURCE_EXHAUSTED (DISK_FULL): it waits for room.
  absl::Status Flush();

  // The last entry that is on disk.
  Head head() const;

  // Makes `directory`, which is not there yet, on the log's disk, with hard links to the files that
  // hold what was recorded before: a log of its own. Errors of Flush; ACCESS_LOG_UNREADABLE.
  absl::Status LinkTo(const std::string& directory);

  // The functions below see what is on disk: call Flush() for what was recorded just now. They
  // answer UNAVAILABLE (ACCESS_LOG_UNREADABLE) if the disk fails, and DATA_LOSS
  // (ACCESS_LOG_DAMAGED) if it does not hold what was written.

  // The entries about `subject` with numbers less than `before` (0: all), the newest first, at most
  // `page_size` (1 to kPageMax; brought to that). They name no other subject, and have their
  // reasons. All that is listed has been compared with its digest.
  absl::StatusOr<AccessPage> List(absl::string_view subject, int page_size, int64_t before) const;
  // The same of all subjects, who are all named.
  absl::StatusOr<AccessPage> ListAll(int page_size, int64_t before) const;

  // Recomputes the chain over the entries `first` to `last` (0: the oldest, the newest) with their
  // reasons and their rows in the index; if both are 0, also looks for rows that belong to no
  // entry. Returns the end of what was verified, to be compared with a head that was kept
  // elsewhere. OUT_OF_RANGE (ACCESS_ENTRY_OUT_OF_RANGE; metadata first, last) for entries that are
  // not there, or no longer.
  absl::StatusOr<Head> Verify(int64_t first, int64_t last) const;

  // Whether the log still holds what a ledger has recorded of it: DATA_LOSS (ACCESS_LOG_MISMATCH;
  // metadata first, last, anchored) if it ends before, begins after what was to be dropped, or has
  // another digest there. Reads one entry: that those before it are what was written, Verify says.
  absl::Status Compare(const Anchor& anchor) const;

  // The last entry that age dropped: number 0 if none was.
  absl::StatusOr<Head> Dropped() const;

  // The number of the last entry from before `time`, dropped ones included; 0 if there is none.
  absl::StatusOr<int64_t> LastBefore(absl::Time time) const;

  // Drops the entries from before `time`, but none after number `last`, from the disk's files too,
  // and keeps the last digest, so that what remains can still be verified. Returns how many.
  // Interrupted, it has dropped some; again, it goes on. Errors of Record as well.
  absl::StatusOr<int64_t> DropBefore(absl::Time time, int64_t last = INT64_MAX);

  // Forgets the reasons of all entries that name `subject`, those recorded just now included, from
  // the disk's files too: a reason may speak of anybody whom its entry names, so it is gone for the
  // others as well. The entries stay. Returns how many reasons. Interrupted or repeated as
  // DropBefore. A listing in progress holds the bytes on disk until the next time.
  absl::StatusOr<int64_t> ForgetReasons(absl::string_view subject);

 private:
  class Impl;
  explicit AccessLog(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace trellis::access
