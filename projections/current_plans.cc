#include "projections/current_plans.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "projections/caseload.h"

namespace trellis::projections {
namespace {

// A message in memory takes about four times its bytes, which are kept beside it.
size_t MemoryOf(const PlanRow& row) { return row.bytes.size() * 5; }

constexpr size_t kSpareRows = 64;
// A message keeps the memory of all that was ever in it: large ones, and those that many plans were
// in, are freed.
constexpr size_t kSpareRowBytesMax = 32 << 10;
constexpr int kRefillsMax = 16;

std::string PlanKey(const std::string& name) { return absl::StrCat("p", name); }

absl::StatusOr<PlanRowPointer> ReadRow(const ViewStore& store, const std::string& name) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes, store.Find(PlanKey(name)));
  if (!bytes.has_value()) return PlanRowPointer();
  auto row = std::make_shared<PlanRow>();
  row->bytes = *std::move(bytes);
  if (row->plan.ParseFromString(row->bytes)) return row;
  return Error(
      absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
      absl::StrCat("views: the row of ", name, " is no plan; delete the directory of the views"),
      {{"name", name}});
}

}  // namespace

absl::StatusOr<PlanChange> CurrentPlans::Apply(const eventstore::Record& record,
                                               const v1::SupportPlanEvent& event) {
  const eventstore::Header& header = record.header;
  if (in_hand_ == nullptr || in_hand_->plan.name() != header.stream) {
    PutDown();
    ASSIGN_OR_RETURN(in_hand_, Touch(header.stream));
  }
  v1::SupportPlan* const plan = &in_hand_->plan;
  // The runner never skips and never repeats: position and rows move in one batch.
  if (static_cast<uint64_t>(plan->revision()) + 1 != header.revision) {
    return Error(absl::StatusCode::kDataLoss, "VIEW_OUT_OF_STEP",
                 absl::StrCat(header.stream, " is at revision ", plan->revision(),
                              " in the view, the event at position ", header.position,
                              " makes revision ", header.revision),
                 {{"position", absl::StrCat(header.position)}});
  }
  field_changes_.Before(*plan, event);
  domain::Evolve(*plan, header.stream, event,
                 {.recorded_at = header.recorded_at,
                  .actor = header.origin.actor,
                  .capacity = static_cast<v1::Capacity>(header.origin.capacity),
                  .payload_digest = header.payload_digest});
  return PlanChange{header, event, *plan, field_changes_.After(*plan)};
}

void CurrentPlans::PutDown() {
  if (in_hand_ != nullptr) in_hand_->plan.SerializeToString(&in_hand_->bytes);
  in_hand_ = nullptr;
}

void CurrentPlans::Discard() {
  in_hand_ = nullptr;
  touched_.clear();
}

void CurrentPlans::Publish() {
  PutDown();
  MutexLock lock(mutex_);
  ++published_;
  for (auto& [name, touched] : touched_) {
    Unwritten& unwritten = unwritten_[name];
    unwritten.row = touched.row;
    unwritten.is_new |= touched.is_new;
    Remember(name, std::move(touched.row));
  }
  touched_.clear();
}

size_t CurrentPlans::unwritten() const {
  MutexLock lock(mutex_);
  return unwritten_.size();
}

void CurrentPlans::AddRows(Rows& rows) const {
  MutexLock lock(mutex_);
  for (const auto& [name, unwritten] : unwritten_) {
    rows[PlanKey(name)] = unwritten.row->bytes;
    AddCaseloadRow(unwritten.row->plan, unwritten.is_new, rows);
  }
}

void CurrentPlans::Written() {
  MutexLock lock(mutex_);
  unwritten_.clear();
}

absl::StatusOr<PlanRowPointer> CurrentPlans::Find(const std::string& name) const {
  uint64_t published = 0;
  {
    MutexLock lock(mutex_);
    if (const auto found = cache_.find(name); found != cache_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->row;
    }
    // The store does not have it yet, or not like this.
    if (const auto found = unwritten_.find(name); found != unwritten_.end()) {
      return found->second.row;
    }
    published = published_;
  }
  ASSIGN_OR_RETURN(PlanRowPointer row, ReadRow(store_, name));
  if (row == nullptr) return row;
  MutexLock lock(mutex_);
  if (published == published_) Remember(name, row);
  return row;
}

absl::StatusOr<PlanRow*> CurrentPlans::Touch(const std::string& name) {
  Touched& touched = touched_[name];
  if (touched.row == nullptr) {
    ASSIGN_OR_RETURN(const PlanRowPointer present, Find(name));
    touched.is_new = present == nullptr;
    if (present != nullptr && TakeFromCache(name, present)) {
      touched.row = std::const_pointer_cast<PlanRow>(present);
      return touched.row.get();
    }
    touched.row = TakeRow();
    if (present == nullptr) {
      touched.row->plan.Clear();
    } else {
      touched.row->plan.CopyFrom(present->plan);
    }
  }
  return touched.row.get();
}

bool CurrentPlans::TakeFromCache(const std::string& name, const PlanRowPointer& row) {
  MutexLock lock(mutex_);
  // The cache and the caller; those that are not written have a third owner.
  if (row.use_count() != 2) return false;
  const auto found = cache_.find(name);
  if (found == cache_.end() || found->second->row != row) return false;
  cached_bytes_ -= MemoryOf(*row);
  recent_.erase(found->second);
  cache_.erase(found);
  return true;
}

std::shared_ptr<PlanRow> CurrentPlans::TakeRow() {
  MutexLock lock(mutex_);
  // The touched plans will need room in the cache: made now, it gives the row that is wanted.
  if (spare_.empty() && !recent_.empty() &&
      cached_bytes_ + touched_.size() * (cached_bytes_ / recent_.size()) > kCacheBytes) {
    Evict();
  }
  if (spare_.empty()) return std::make_shared<PlanRow>();
  std::shared_ptr<PlanRow> row = std::move(spare_.back());
  spare_.pop_back();
  return row;
}

void CurrentPlans::Remember(const std::string& name, PlanRowPointer row) const {
  cached_bytes_ += MemoryOf(*row);
  if (const auto found = cache_.find(name); found != cache_.end()) {
    PlanRowPointer old = std::exchange(found->second->row, std::move(row));
    cached_bytes_ -= MemoryOf(*old);
    recent_.splice(recent_.begin(), recent_, found->second);
    Recycle(std::move(old));
  } else {
    recent_.push_front({name, std::move(row)});
    cache_[name] = recent_.begin();
  }
  while (cached_bytes_ > kCacheBytes && recent_.size() > 1) Evict();
}

void CurrentPlans::Evict() const {
  Cached& last = recent_.back();
  cached_bytes_ -= MemoryOf(*last.row);
  cache_.erase(last.name);
  Recycle(std::move(last.row));
  recent_.pop_back();
}

void CurrentPlans::Recycle(PlanRowPointer row) const {
  if (row.use_count() > 1 || spare_.size() >= kSpareRows) return;
  if (row->bytes.size() > kSpareRowBytesMax || row->refills >= kRefillsMax) return;
  spare_.push_back(std::const_pointer_cast<PlanRow>(std::move(row)));
  ++spare_.back()->refills;
}

}  // namespace trellis::projections
