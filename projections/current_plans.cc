#include "projections/current_plans.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "projections/field_changes.h"

namespace trellis::projections {
namespace {

// A message in memory takes about four times its bytes.
constexpr size_t kMemoryFactor = 4;

std::string PlanKey(const std::string& name) { return absl::StrCat("p", name); }

absl::StatusOr<std::unique_ptr<v1::SupportPlan>> ReadPlan(const ViewStore& store,
                                                          const std::string& name) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, store.Find(PlanKey(name)));
  if (!row.has_value()) return nullptr;
  auto plan = std::make_unique<v1::SupportPlan>();
  if (plan->ParseFromString(*row)) return plan;
  return Error(
      absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
      absl::StrCat("views: the row of ", name, " is no plan; delete the directory of the views"),
      {{"name", name}});
}

}  // namespace

absl::StatusOr<PlanChange> CurrentPlans::Apply(const eventstore::Record& record,
                                               const v1::SupportPlanEvent& event) {
  const eventstore::Header& header = record.header;
  ASSIGN_OR_RETURN(v1::SupportPlan* const plan, Touch(header.stream));
  // The runner never skips and never repeats: position and rows move in one batch.
  if (static_cast<uint64_t>(plan->revision()) + 1 != header.revision) {
    return Error(absl::StatusCode::kDataLoss, "VIEW_OUT_OF_STEP",
                 absl::StrCat(header.stream, " is at revision ", plan->revision(),
                              " in the view, the event at position ", header.position,
                              " makes revision ", header.revision),
                 {{"position", absl::StrCat(header.position)}});
  }
  const FieldChanges before(*plan, event);
  domain::Evolve(*plan, header.stream, event,
                 {.recorded_at = header.recorded_at,
                  .actor = header.origin.actor,
                  .capacity = static_cast<v1::Capacity>(header.origin.capacity),
                  .payload_digest = header.payload_digest});
  return PlanChange{header, event, *plan, before.After(*plan)};
}

void CurrentPlans::Flush(Rows& rows,
                         const std::function<void(const v1::SupportPlan&, bool)>& visit) {
  for (auto& [name, touched] : touched_) {
    visit(*touched.plan, touched.is_new);
    std::string row = touched.plan->SerializeAsString();
    touched.bytes = row.size() * kMemoryFactor;
    rows[PlanKey(name)] = std::move(row);
  }
}

void CurrentPlans::Publish() {
  MutexLock lock(mutex_);
  ++published_;
  for (auto& [name, touched] : touched_) {
    Remember(name, std::move(touched.plan), touched.bytes);
  }
  touched_.clear();
}

absl::StatusOr<PlanPointer> CurrentPlans::Find(const std::string& name) const {
  uint64_t published = 0;
  {
    MutexLock lock(mutex_);
    if (const auto found = cache_.find(name); found != cache_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->plan;
    }
    published = published_;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<v1::SupportPlan> read, ReadPlan(store_, name));
  if (read == nullptr) return PlanPointer();
  const size_t bytes = read->ByteSizeLong() * kMemoryFactor;
  PlanPointer plan = std::move(read);
  MutexLock lock(mutex_);
  if (published == published_) Remember(name, plan, bytes);
  return plan;
}

absl::StatusOr<v1::SupportPlan*> CurrentPlans::Touch(const std::string& name) {
  Touched& touched = touched_[name];
  if (touched.plan == nullptr) {
    ASSIGN_OR_RETURN(const PlanPointer present, Find(name));
    touched.is_new = present == nullptr;
    touched.plan = touched.is_new ? std::make_unique<v1::SupportPlan>()
                                      : std::make_unique<v1::SupportPlan>(*present);
  }
  return touched.plan.get();
}

void CurrentPlans::Remember(const std::string& name, PlanPointer plan,
                            size_t bytes) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (const auto found = cache_.find(name); found != cache_.end()) {
    cached_bytes_ += bytes - found->second->bytes;
    found->second->plan = std::move(plan);
    found->second->bytes = bytes;
    recent_.splice(recent_.begin(), recent_, found->second);
  } else {
    recent_.push_front({name, std::move(plan), bytes});
    cache_[name] = recent_.begin();
    cached_bytes_ += bytes;
  }
  while (cached_bytes_ > kCacheBytes && recent_.size() > 1) {
    cached_bytes_ -= recent_.back().bytes;
    cache_.erase(recent_.back().name);
    recent_.pop_back();
  }
}

}  // namespace trellis::projections
