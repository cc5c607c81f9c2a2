// Does what follows from the event that somebody was erased.
//
// Operation.   The event comes first, and is enough: each step can be done again, and a start goes
//              on where a crash has ended it.
//                1. The person's key is destroyed, here and in the backups of keys that this server
//                   makes (DataKeys::Destroy).
//                2. The views are built anew: no file of them holds anything of it.
//                3. Why people looked is forgotten: it may speak of the person.
//                4. That nothing is left to do is recorded (ErasureCompleted).
//              What fails is tried again after kEraseAgainAfter.
// Concurrency. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "access/access_log.h"
#include "base/mutex.h"
#include "google/longrunning/operations.pb.h"
#include "services/aggregate_service.h"
#include "services/data_keys.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::services {

inline constexpr absl::Duration kEraseAgainAfter = absl::Minutes(1);

class Eraser {
 public:
  using Operation = google::longrunning::Operation;

  // All must outlive it.
  Eraser(const Rooms& rooms, DataKeys& keys, access::AccessLog& looks)
      : rooms_(rooms), keys_(keys), looks_(looks) {}
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
  // Does what is left to do; an error if something is left after it.
  absl::Status Finish();
  absl::Status Complete(const std::string& person, int key_backups);

  const Rooms rooms_;
  DataKeys& keys_;
  access::AccessLog& looks_;
  Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool due_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::services
