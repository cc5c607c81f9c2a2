// The current state of each aggregate, by the name of its stream.
//
// Operation.   Applies Evolve to a copy of the present state; holds no rules of its own. What a
//              batch touched is shown to readers at its end, and kept until its rows are written.
// Concurrency. Find is thread-safe; the rest is for one thread at a time.
// Limits.      kCacheBytes of states are kept in memory, the least recently used go first. Their
//              messages are filled again: freeing and making one takes longer than to fold its
//              events.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "domain/aggregate.h"
#include "domain/field_changes.h"
#include "eventstore/record.h"
#include "projections/state_change.h"
#include "projections/view_store.h"

namespace trellis::projections {

// A state's row stands under this and the name of its stream.
inline constexpr char kStateRows[] = "p";

// About the plans of 5,000 ECTs in trouble at once, as a message takes four times its bytes.
inline constexpr size_t kCacheBytes = 64 << 20;

// A state as its row holds it: as a message, for decisions, and as bytes, for replies.
struct StateRow {
  std::unique_ptr<google::protobuf::Message> state;
  std::string bytes;
  int64_t revision = 0;
  // How many states were in it before.
  int refills = 0;

  // The message, of the type that the stream's aggregate has.
  template <typename State>
  const State& as() const {
    return static_cast<const State&>(*state);
  }
};
using StateRowPointer = std::shared_ptr<const StateRow>;

class CurrentStates {
 public:
  // `store` must outlive this.
  explicit CurrentStates(const ViewStore& store) : store_(&store) {}
  // Forgets everything, and goes on with the rows of `store`. Nobody may be in Find meanwhile.
  void StartAnew(const ViewStore& store);

  // Applies the event of `record` and returns what it changed; the state in it is valid until the
  // next call. Quickest if a stream's events come one after another. DATA_LOSS (VIEW_OUT_OF_STEP)
  // if the record does not follow the state's revision.
  absl::StatusOr<StateChange> Apply(const eventstore::Record& record,
                                    const google::protobuf::Message& event);

  // Shows readers the states touched since the last call.
  void Publish();
  // Forgets them; called if an event of the batch could not be applied.
  void Discard();

  // How many states were published and not written.
  size_t unwritten() const;
  // Adds their rows, those of the caseload too, to `rows`.
  void AddRows(Rows& rows) const;
  // They are written now.
  void Written();

  // The row, or null if there is none.
  absl::StatusOr<StateRowPointer> Find(const std::string& name) const;

 private:
  absl::StatusOr<StateRow*> Touch(const std::string& name);
  // The row's bytes are made while the state is in the processor's cache.
  void PutDown();
  // A row to fill with a state of this aggregate, with whatever was in it.
  std::shared_ptr<StateRow> TakeRow(const domain::Aggregate& aggregate);
  // Takes `row` out of the cache, if nobody else has it and it is written: readers that come
  // meanwhile find it in the store. Says whether it did.
  bool TakeFromCache(const std::string& name, const StateRowPointer& row);
  void Remember(const std::string& name, StateRowPointer row) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Evict() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Recycle(StateRowPointer row) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Cached {
    std::string name;
    StateRowPointer row;
  };
  struct Touched {
    std::shared_ptr<StateRow> row;
    bool is_new = false;
  };
  struct Unwritten {
    StateRowPointer row;
    bool is_new = false;
  };

  const ViewStore* store_;
  domain::FieldChanges field_changes_;
  absl::flat_hash_map<std::string, Touched> touched_;
  // The one of `touched_` that the last event was of, or null, and its name.
  StateRow* in_hand_ = nullptr;
  std::string in_hand_name_;
  mutable Mutex mutex_;
  mutable std::list<Cached> recent_ ABSL_GUARDED_BY(mutex_);
  mutable absl::flat_hash_map<std::string, std::list<Cached>::iterator> cache_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Unwritten> unwritten_ ABSL_GUARDED_BY(mutex_);
  // Rows that nobody looks at any more, by the type of their states.
  mutable absl::flat_hash_map<const google::protobuf::Descriptor*,
                              std::vector<std::shared_ptr<StateRow>>>
      spare_ ABSL_GUARDED_BY(mutex_);
  mutable size_t cached_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Counts publications, so that a reader does not put back a state that is out of date.
  mutable uint64_t published_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace trellis::projections
