// The views of support plans: current plans, audit trail and caseload. They follow the log and can
// be deleted: they come back equal, byte for byte.
//
// Operation.   One thread reads the log from the views' position on, a batch at a time; the rows
//              and the position of a batch move in one write.
// Concurrency. Thread-safe. Callbacks run on that thread and must not block.
// Failure.     An event that cannot be applied stops the views where they are: reads answer
//              UNAVAILABLE (VIEW_QUARANTINED) and say which event; the log goes on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "eventstore/event_log.h"
#include "projections/caseload.h"
#include "projections/current_plans.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Changes when Apply of any view does: the views are then built anew.
inline constexpr char kViewsVersion[] = "support-plans.1";
// Events in a batch, and plans they touch: enough that a busy plan is written once for many events,
// few enough to be held in memory (at 20 KiB a plan, 40 MiB).
inline constexpr eventstore::Position kBatchEvents = 32'768;
inline constexpr size_t kBatchPlans = 2048;

using PlanPointer = std::shared_ptr<const v1::SupportPlan>;

class Views {
 public:
  // Called while views catch up: the position reached and the log's last.
  using Progress = std::function<void(eventstore::Position, eventstore::Position)>;

  // Opens the views in `directory` and follows `log`, which must outlive them. Returns once they
  // have caught up with what the log held; `progress` is called after each batch until then.
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& directory,
                                                     eventstore::EventLog& log,
                                                     const Progress& progress = nullptr);
  // Stops following. The log must have been closed before.
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // Calls `done` once the views have applied `position`: OK, or why they never will.
  void WhenApplied(eventstore::Position position, std::function<void(absl::Status)> done);

  // The present plan, or null if there is none: as its row, or as the message alone.
  absl::StatusOr<PlanRowPointer> FindRow(const std::string& name) const;
  absl::StatusOr<PlanPointer> FindPlan(const std::string& name) const;

  // The plan's trail from revision `first` on, at most `count` entries: see ReadTrail. Empty if
  // there is no such plan.
  absl::StatusOr<std::vector<v1::TrailEntry>> Trail(const std::string& name, uint64_t first,
                                                    int count) const;
  // See ListCaseload.
  absl::StatusOr<CaseloadPage> Caseload(const v1::ListSupportPlansRequest& query,
                                        const std::string& after, int count,
                                        absl::CivilDay today) const;

  // The position up to which events are applied.
  eventstore::Position position() const;
  // OK, or why the views stopped.
  absl::Status health() const;

 private:
  using Waiters = std::multimap<eventstore::Position, std::function<void(absl::Status)>>;

  Views(std::unique_ptr<ViewStore> store, eventstore::Position position, eventstore::EventLog& log);

  void Run();
  absl::Status CatchUp(eventstore::Position last);
  // Applies events from `first` on, at most to `last`; returns how far it came.
  absl::StatusOr<eventstore::Position> ApplyBatch(eventstore::Position first,
                                                  eventstore::Position last);
  absl::Status ApplyRecord(const eventstore::Record& record, Rows& rows);
  void Finish(eventstore::Position position, const absl::Status& health);

  const std::unique_ptr<ViewStore> store_;
  eventstore::EventLog& log_;
  CurrentPlans plans_;
  mutable Mutex mutex_;
  eventstore::Position position_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  Waiters waiters_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::projections
