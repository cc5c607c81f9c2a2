#include "projections/views.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/codec.h"
#include "projections/audit_trail.h"

namespace trellis::projections {

using eventstore::Position;

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& directory,
                                                   eventstore::EventLog& log,
                                                   const Progress& progress) {
  ASSIGN_OR_RETURN(std::unique_ptr<ViewStore> store, ViewStore::Open(directory, kViewsVersion));
  ASSIGN_OR_RETURN(Position position, store->Position());
  if (position > log.durable_position()) {
    // An older log was put in place of the one that the views followed.
    return Error(absl::StatusCode::kFailedPrecondition, "VIEWS_AHEAD_OF_LOG",
                 absl::StrCat("views are at position ", position, ", the log ends at ",
                              log.durable_position(), "; delete the directory of the views"));
  }
  auto views = std::unique_ptr<Views>(new Views(std::move(store), position, log));
  const Position last = log.durable_position();
  while (position < last) {
    const Position batch_last = std::min(last, position + kBatchEvents);
    if (absl::Status status = views->CatchUp(batch_last); !status.ok()) break;
    position = batch_last;
    if (progress) progress(position, last);
  }
  views->thread_ = std::thread([raw = views.get()] { raw->Run(); });
  return views;
}

Views::Views(std::unique_ptr<ViewStore> store, Position position, eventstore::EventLog& log)
    : store_(std::move(store)), log_(log), plans_(*store_), position_(position) {}

Views::~Views() {
  if (thread_.joinable()) thread_.join();
}

void Views::WhenApplied(Position position, std::function<void(absl::Status)> done) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    if (position > position_ && health_.ok() && !stopped_) {
      waiters_.emplace(position, std::move(done));
      return;
    }
    if (position > position_) {
      status = health_.ok() ? Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                                    "the server is shutting down")
                            : health_;
    }
  }
  done(status);
}

absl::StatusOr<PlanRowPointer> Views::FindRow(const std::string& name) const {
  RETURN_IF_ERROR(health());
  return plans_.Find(name);
}

absl::StatusOr<PlanPointer> Views::FindPlan(const std::string& name) const {
  ASSIGN_OR_RETURN(const PlanRowPointer row, FindRow(name));
  return row == nullptr ? PlanPointer() : PlanPointer(row, &row->plan);
}

absl::StatusOr<std::vector<v1::TrailEntry>> Views::Trail(const std::string& name, uint64_t first,
                                                         int count) const {
  ASSIGN_OR_RETURN(const PlanPointer plan, FindPlan(name));
  const uint64_t revision = plan == nullptr ? 0 : static_cast<uint64_t>(plan->revision());
  return ReadTrail(*store_, name, first,
                   std::min(revision, first + static_cast<uint64_t>(count) - 1));
}

absl::StatusOr<CaseloadPage> Views::Caseload(const v1::ListSupportPlansRequest& query,
                                             const std::string& after, int count,
                                             absl::CivilDay today) const {
  RETURN_IF_ERROR(health());
  return ListCaseload(*store_, query, after, count, today);
}

Position Views::position() const {
  MutexLock lock(mutex_);
  return position_;
}

absl::Status Views::health() const {
  MutexLock lock(mutex_);
  return health_;
}

void Views::Run() {
  Position applied = position();
  while (health().ok()) {
    const Position last = log_.WaitForMore(applied);
    if (last == applied) break;
    if (!CatchUp(last).ok()) break;
    applied = last;
  }
  Waiters abandoned;
  absl::Status status;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    status = health_.ok() ? Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                                  "the server is shutting down")
                          : health_;
    abandoned.swap(waiters_);
  }
  for (auto& [position, done] : abandoned) done(status);
}

absl::Status Views::CatchUp(Position last) {
  Position applied = position();
  absl::Status status;
  while (applied < last && status.ok()) {
    const absl::StatusOr<Position> reached =
        ApplyBatch(applied + 1, std::min(last, applied + kBatchEvents));
    status = reached.status();
    if (status.ok()) applied = *reached;
    Finish(applied, status);
  }
  return status;
}

absl::StatusOr<Position> Views::ApplyBatch(Position first, Position last) {
  Rows rows;
  Position reached = first - 1;
  absl::Status status;
  while (status.ok() && reached < last && plans_.touched() < kBatchPlans) {
    const Position part_last = std::min(last, reached + kBatchPlans / 2);
    status = log_.ReadAll(reached + 1, part_last, [&](const eventstore::Record& record) {
      return ApplyRecord(record, rows);
    });
    reached = part_last;
  }
  if (status.ok()) {
    plans_.Flush(rows, [&](const v1::SupportPlan& plan, bool is_new) {
      AddCaseloadRow(plan, is_new, rows);
    });
    status = store_->Write(rows, reached);
  }
  if (!status.ok()) {
    plans_.Discard();
    return status;
  }
  plans_.Publish();
  return reached;
}

absl::Status Views::ApplyRecord(const eventstore::Record& record, Rows& rows) {
  // Streams of other aggregates are not for these views.
  if (!absl::StartsWith(record.header.stream, domain::kSupportPlanStreams)) {
    return absl::OkStatus();
  }
  const auto apply = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const v1::SupportPlanEvent event, domain::DecodeEvent(record.payload));
    ASSIGN_OR_RETURN(const PlanChange change, plans_.Apply(record, event));
    return ApplyToTrail(*store_, change, rows);
  };
  const absl::Status applied = apply();
  if (applied.ok()) return applied;
  return Error(absl::StatusCode::kUnavailable, "VIEW_QUARANTINED",
               absl::StrCat("views stopped at position ", record.header.position, " (",
                            record.header.type, "): ", applied.message()),
               {{"position", absl::StrCat(record.header.position)}});
}

void Views::Finish(Position position, const absl::Status& health) {
  std::vector<std::function<void(absl::Status)>> ready;
  {
    MutexLock lock(mutex_);
    position_ = position;
    health_ = health;
    const auto end = waiters_.upper_bound(position);
    for (auto it = waiters_.begin(); it != end; ++it) ready.push_back(std::move(it->second));
    waiters_.erase(waiters_.begin(), end);
  }
  if (!health.ok()) Log("views.quarantined", {{"why", std::string(health.message())}});
  for (auto& done : ready) done(absl::OkStatus());
}

}  // namespace trellis::projections
