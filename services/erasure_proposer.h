// Looks once a day whose records need be kept no longer, and records that they might be erased. It
// proposes and never erases: people decide.
//
// Operation.   A look at each midnight in London and at the start (services/daily.h). What is
//              proposed follows from the records and the day (domain/retention.h): once for each
//              person and each last day of keeping, whatever happens to the server and the clock.
//              Nobody is proposed while a legal hold stands; a proposal is withdrawn by nothing.
// Concurrency. Thread-safe. Commands do not wait for it; one commit of its own waits for the log at
//              a time, as few are due on a day.
// Cost.        The rows of every person (projections/retention_index.h), some 100 bytes for each of
//              their records, and no state.
#pragma once

#include <atomic>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "base/mutex.h"
#include "domain/retention.h"
#include "services/aggregate_service.h"
#include "services/daily.h"

namespace trellis::services {

// What one look came to.
struct ErasureRun {
  absl::CivilDay day;
  // People whose records were looked at.
  int64_t people = 0;
  // Proposals that were recorded.
  int64_t proposals = 0;
  // Proposals that could not be recorded, and why the first could not.
  int64_t failures = 0;
  absl::Status why;
};

class ErasureProposer {
 public:
  // What `rooms` holds must outlive it.
  explicit ErasureProposer(const Rooms& rooms) : rooms_(rooms), daily_(rooms.clock) {}

  // Begins to look by itself. Called once.
  void Start();
  // Stops where it is; waits for the commit in flight, which the log must still take. Idempotent.
  void Stop() { daily_.Stop(); }

  // Looks now, after the look in progress if there is one. UNAVAILABLE if the views are.
  absl::StatusOr<ErasureRun> RunOnce();

  // Proposals recorded since the start.
  int64_t recorded() const { return recorded_; }

 private:
  // Proposes what is due of one person.
  void Look(const domain::RetentionFinding& finding, ErasureRun& run) const;

  const Rooms rooms_;
  std::atomic<int64_t> recorded_ = 0;
  // Held during a look.
  Mutex look_mutex_;
  Daily daily_;
};

}  // namespace trellis::services
