#include "projections/current_states.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "projections/list_rows.h"

namespace trellis::projections {
namespace {

// A message in memory takes about four times its bytes, which are kept beside it.
size_t MemoryOf(const StateRow& row) { return row.bytes.size() * 5; }

// Of each type of state.
constexpr size_t kSpareRows = 64;
// A message keeps the memory of all that was ever in it: large ones, and those that many states
// were in, are freed.
constexpr size_t kSpareRowBytesMax = 32 << 10;
constexpr int kRefillsMax = 16;

std::string StateKey(const std::string& name) { return absl::StrCat(kStateRows, name); }

absl::StatusOr<StateRowPointer> ReadRow(const ViewStore& store, const std::string& name) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes, store.Find(StateKey(name)));
  if (!bytes.has_value()) return StateRowPointer();
  auto row = std::make_shared<StateRow>();
  row->state.reset(domain::AggregateOf(name)->state.New());
  row->bytes = *std::move(bytes);
  if (row->state->ParseFromString(row->bytes)) {
    row->revision = domain::RevisionOf(*row->state);
    return row;
  }
  return Error(
      absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
      absl::StrCat("views: the row of ", name, " is damaged; delete the directory of the views"),
      {{"name", name}});
}

}  // namespace

absl::StatusOr<StateChange> CurrentStates::Apply(const eventstore::Record& record,
                                                 const google::protobuf::Message& event) {
  const eventstore::Header& header = record.header;
  if (in_hand_ == nullptr || in_hand_name_ != header.stream) {
    PutDown();
    ASSIGN_OR_RETURN(in_hand_, Touch(header.stream));
    in_hand_name_ = header.stream;
  }
  google::protobuf::Message& state = *in_hand_->state;
  // The runner never skips and never repeats: position and rows move in one batch.
  if (static_cast<uint64_t>(in_hand_->revision) + 1 != header.revision) {
    return Error(absl::StatusCode::kDataLoss, "VIEW_OUT_OF_STEP",
                 absl::StrCat(header.stream, " is at revision ", in_hand_->revision,
                              " in the view, the event at position ", header.position,
                              " makes revision ", header.revision),
                 {{"position", absl::StrCat(header.position)}});
  }
  field_changes_.Before(state, event);
  domain::AggregateOf(header.stream)->evolve(state, header.stream, event, FactsOf(header));
  ++in_hand_->revision;
  return StateChange{header, event, state, field_changes_.After(state)};
}

void CurrentStates::StartAnew(const ViewStore& store) {
  Discard();
  MutexLock lock(mutex_);
  store_ = &store;
  recent_.clear();
  cache_.clear();
  unwritten_.clear();
  spare_.clear();
  cached_bytes_ = 0;
  ++published_;
}

void CurrentStates::PutDown() {
  if (in_hand_ != nullptr) in_hand_->state->SerializeToString(&in_hand_->bytes);
  in_hand_ = nullptr;
}

void CurrentStates::Discard() {
  in_hand_ = nullptr;
  touched_.clear();
}

void CurrentStates::Publish() {
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

size_t CurrentStates::unwritten() const {
  MutexLock lock(mutex_);
  return unwritten_.size();
}

void CurrentStates::AddRows(Rows& rows) const {
  MutexLock lock(mutex_);
  for (const auto& [name, unwritten] : unwritten_) {
    rows[StateKey(name)] = unwritten.row->bytes;
    AddListRows(*unwritten.row->state, unwritten.is_new, rows);
  }
}

void CurrentStates::Written() {
  MutexLock lock(mutex_);
  unwritten_.clear();
}

absl::StatusOr<StateRowPointer> CurrentStates::Find(const std::string& name) const {
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
  ASSIGN_OR_RETURN(StateRowPointer row, ReadRow(*store_, name));
  if (row == nullptr) return row;
  MutexLock lock(mutex_);
  if (published == published_) Remember(name, row);
  return row;
}

absl::StatusOr<StateRow*> CurrentStates::Touch(const std::string& name) {
  Touched& touched = touched_[name];
  if (touched.row == nullptr) {
    ASSIGN_OR_RETURN(const StateRowPointer present, Find(name));
    touched.is_new = present == nullptr;
    if (present != nullptr && TakeFromCache(name, present)) {
      touched.row = std::const_pointer_cast<StateRow>(present);
      return touched.row.get();
    }
    touched.row = TakeRow(*domain::AggregateOf(name));
    touched.row->revision = present == nullptr ? 0 : present->revision;
    touched.row->state->Clear();
    // Not CopyFrom: Debian's protobuf is built with its assertions, and looks by reflection through
    // the whole message whether one of the two is a part of the other.
    if (present != nullptr) touched.row->state->MergeFrom(*present->state);
  }
  return touched.row.get();
}

bool CurrentStates::TakeFromCache(const std::string& name, const StateRowPointer& row) {
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

std::shared_ptr<StateRow> CurrentStates::TakeRow(const domain::Aggregate& aggregate) {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<StateRow>>& spare = spare_[aggregate.state.GetDescriptor()];
  // The touched states will need room in the cache: made now, it may give the row that is wanted.
  if (spare.empty() && !recent_.empty() &&
      cached_bytes_ + touched_.size() * (cached_bytes_ / recent_.size()) > kCacheBytes) {
    Evict();
  }
  if (spare.empty()) {
    auto row = std::make_shared<StateRow>();
    row->state.reset(aggregate.state.New());
    return row;
  }
  std::shared_ptr<StateRow> row = std::move(spare.back());
  spare.pop_back();
  return row;
}

void CurrentStates::Remember(const std::string& name, StateRowPointer row) const {
  cached_bytes_ += MemoryOf(*row);
  if (const auto found = cache_.find(name); found != cache_.end()) {
    StateRowPointer old = std::exchange(found->second->row, std::move(row));
    cached_bytes_ -= MemoryOf(*old);
    recent_.splice(recent_.begin(), recent_, found->second);
    Recycle(std::move(old));
  } else {
    recent_.push_front({name, std::move(row)});
    cache_[name] = recent_.begin();
  }
  while (cached_bytes_ > kCacheBytes && recent_.size() > 1) Evict();
}

void CurrentStates::Evict() const {
  Cached& last = recent_.back();
  cached_bytes_ -= MemoryOf(*last.row);
  cache_.erase(last.name);
  Recycle(std::move(last.row));
  recent_.pop_back();
}

void CurrentStates::Recycle(StateRowPointer row) const {
  if (row.use_count() > 1) return;
  std::vector<std::shared_ptr<StateRow>>& spare = spare_[row->state->GetDescriptor()];
  if (spare.size() >= kSpareRows) return;
  if (row->bytes.size() > kSpareRowBytesMax || row->refills >= kRefillsMax) return;
  spare.push_back(std::const_pointer_cast<StateRow>(std::move(row)));
  ++spare.back()->refills;
}

}  // namespace trellis::projections
