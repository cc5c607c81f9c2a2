// Does what follows from the event that somebody was erased.
//
// Operation.   The event comes first, and is enough: each step can be done again, and a start goes
//              on where a crash has ended it.
//                1. Records that were begun beside the event, or are more than its commit holds,
//                   get events of their own.
//                2. The person's key is destroyed, and the queue forgets what it has read.
//                3. The views are built anew: no file of them holds anything of it.
//                4. The key is destroyed in the backups of keys that this server makes.
//                5. Why people looked is forgotten: it may speak of the person.
//                6. That nothing is left to do is recorded (ErasureCompleted).
//              What fails is tried again after kEraseAgainAfter, and keeps no other person's
//              erasure from its end. A start looks for the keys of all who were ever erased in the
//              backups of keys: one may have been away.
// Concurrency. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "access/access_log.h"
#include "base/mutex.h"
#include "google/longrunning/operations.pb.h"
#include "queue/queue.h"
#include "services/aggregate_service.h"
#include "services/data_keys.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::services {

inline constexpr absl::Duration kEraseAgainAfter = absl::Minutes(1);

class Eraser {
 public:
  using Operation = google::longrunning::Operation;

  // All must outlive it.
  Eraser(const Rooms& rooms, DataKeys& keys, queue::Queue& queue, access::AccessLog& looks)
      : rooms_(rooms), keys_(keys), queue_(queue), looks_(looks) {}
  ~Eraser() { Stop(); }
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // Before anybody is served: destroys the keys of all who were erased that are there still, as
  // after the key store was restored, and builds the views anew if there were any. The errors of
  // DataKeys::Destroy and Views::BuildAnew.
  absl::Status DestroyRestored();
  // Goes on with what a start found undone. Called once.
  void Start();
  // Waits for the step in progress. Idempotent.
  void Stop();
  // Somebody was erased.
  void Wake();

  // What is being done, or was, about the person of this name `operations/erasure-{uuid}`.
  // NOT_FOUND (OPERATION_NOT_FOUND).
  absl::StatusOr<Operation> Find(const std::string& name) const;
  // Answers once it is done, or after `timeout` with how far it is; from the eraser's thread.
  void Wait(const std::string& name, absl::Duration timeout,
            std::function<void(const absl::StatusOr<Operation>&)> answer);
  static bool IsName(const std::string& name);
  // Of a person who was erased.
  static Operation OperationOf(const v1::Person& person);

 private:
  struct Waiter {
    std::string name;
    absl::Duration left;
    std::function<void(const absl::StatusOr<Operation>&)> answer;
  };

  void Run();
  // Waits until there is something to do; false: to end. Those who wait are answered meanwhile.
  bool AwaitWork(bool failed);
  // Answers those who need not wait any more, or all.
  void AnswerWaiters(bool all);
  // Does what is left to do; the first error if something is left after it.
  absl::Status Finish();
  // Steps 1 to 3.
  absl::Status EraseHere(const std::vector<std::string>& people);
  // Step 1 for one of them; how many records there are.
  absl::StatusOr<int> EraseRest(const std::string& person);
  // Steps 5 and 6.
  absl::Status Complete(const std::string& person, int records, int key_backups);

  const Rooms rooms_;
  DataKeys& keys_;
  queue::Queue& queue_;
  access::AccessLog& looks_;
  // Of its thread: of whom the keys are destroyed and the views built anew since the start, each
  // with how many records; and whether the copies were looked through since.
  std::map<std::string, int> erased_here_;
  bool copies_searched_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool due_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::services
