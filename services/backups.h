// Backups of the ledger that this server serves, as operations: begun, watched, cancelled.
//
// Operation.   One backup at a time, on a thread of its own. Its operation is named by the request
//              that began it, and is kept until somebody deletes it, kOperationsMax newer ones were
//              begun, or the server ends.
// Concurrency. Thread-safe, but for Stop. Answers come on the caller's thread, the backup's, or the
//              queue's timer.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "access/access_log.h"
#include "backup/make_backup.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "eventstore/event_log.h"
#include "google/longrunning/operations.pb.h"
#include "queue/queue.h"
#include "services/data_keys.h"
#include "services/settings.h"
#include "services/signing_keys.h"
#include "trellis/v1/admin_service.pb.h"

namespace trellis::services {

// Operations that are kept: enough for a week of hourly backups to be looked at.
inline constexpr size_t kOperationsMax = 200;
// How long somebody may wait for the end of an operation at once, and does if they do not say.
inline constexpr absl::Duration kOperationWaitMax = absl::Minutes(10);
inline constexpr absl::Duration kOperationWaitByDefault = absl::Seconds(30);

class Backups {
 public:
  using Operation = google::longrunning::Operation;
  using Answer = std::function<void(const absl::StatusOr<Operation>&)>;

  // Removes what a backup left behind that a crash ended. All but `settings` must outlive
  // it; the queue's timer must have ended before it goes.
  Backups(const Settings& settings, const SigningKeys& keys, DataKeys& data_keys,
          eventstore::EventLog& log, access::AccessLog& access_log, queue::Queue& queue,
          const Clock& clock);
  ~Backups() { Stop(); }
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // FAILED_PRECONDITION (BACKUPS_NOT_CONFIGURED), ABORTED (BACKUP_RUNNING, metadata operation),
  // ALREADY_EXISTS (REQUEST_ID_REUSED), UNAVAILABLE (SHUTTING_DOWN).
  absl::StatusOr<Operation> Start(const v1::StartBackupRequest& request);

  // --- Operations. NOT_FOUND (OPERATION_NOT_FOUND).

  absl::StatusOr<Operation> Find(const std::string& name) const;
  // The newest first.
  std::vector<Operation> List() const;
  // Answers once it is done, or after `timeout` with how far it is.
  void Wait(const std::string& name, absl::Duration timeout, Answer answer);
  // Asks it to end soon, with CANCELLED (BACKUP_CANCELLED); nothing if it is done.
  absl::Status Cancel(const std::string& name);
  // Forgets it. FAILED_PRECONDITION (OPERATION_RUNNING) unless it is done.
  absl::Status Delete(const std::string& name);

  // --- Backups. BACKUPS_NOT_CONFIGURED, and the errors of backup::BackupDirectory.

  absl::StatusOr<v1::Backup> FindBackup(const std::string& name) const;
  // The newest first; one that cannot be believed says so.
  absl::StatusOr<std::vector<v1::Backup>> ListBackups() const;

  // Cancels what is being done, waits for its end, and answers whoever waits. Idempotent.
  void Stop();

 private:
  struct Entry {
    Operation operation;
    v1::BackupProgress progress;
    int32_t keep_count = 0;
  };
  struct Waiter {
    std::string name;
    Answer answer;
  };

  absl::Status CheckConfigured() const;
  void Run(const std::string& name, int32_t keep_count);
  // Of log, queue and keys.
  absl::StatusOr<backup::Manifest> Make(const std::string& name, int32_t keep_count);
  absl::StatusOr<backup::Manifest> MakeOfLog(const std::string& name, int32_t keep_count);
  // Notes how far it is; an error if it is to end.
  absl::Status Note(const std::string& name, const backup::Progress& progress);
  void Finish(const std::string& name, const absl::StatusOr<backup::Manifest>& made);
  void Release(const std::shared_ptr<Waiter>& waiter);
  const Entry* FindEntry(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Entry* FindEntry(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Operation> FindLocked(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Empty: no backups.
  const std::string directory_;
  const std::string links_;
  const SigningKeys& keys_;
  DataKeys& data_keys_;
  eventstore::EventLog& log_;
  access::AccessLog& access_log_;
  queue::Queue& queue_;
  const Clock& clock_;

  mutable Mutex mutex_;
  // The oldest first.
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  // The operation that is not done; empty: none.
  std::string running_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<std::shared_ptr<Waiter>> waiters_ ABSL_GUARDED_BY(mutex_);
  // Of the newest operation.
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::services
