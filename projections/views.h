// The views: current states, audit trail and caseload. They follow the log and can
// be deleted: they come back equal, byte for byte.
//
// Operation.   They read the log from their position on, a batch at a time. A single command is
//              applied on the thread that committed it, which is quicker than waking another; under
//              load a thread of their own does it, beside the next sync. What was applied is shown
//              at once; its rows are written when there are enough, or somebody lists them, always
//              with their position in one write. A crash loses at most some rows, which come back.
// Concurrency. Thread-safe. Callbacks run on either thread and must not block.
// Failure.     An event that cannot be applied stops the views where they are: reads answer
//              UNAVAILABLE (VIEW_QUARANTINED) and say which event; the log goes on. While rows
//              cannot be written (a full disk), plans are still shown; lists and trails answer
//              UNAVAILABLE (VIEWS_UNREADABLE) until there is room.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "eventstore/event_log.h"
#include "google/protobuf/arena.h"
#include "projections/access_index.h"
#include "projections/action_plan_list.h"
#include "projections/caseload.h"
#include "projections/current_states.h"
#include "projections/erasure_index.h"
#include "projections/events_by_stream.h"
#include "projections/induction_list.h"
#include "projections/retention_index.h"
#include "projections/role_list.h"
#include "projections/school_list.h"
#include "projections/view_store.h"
#include "vault/event_vault.h"

namespace trellis::projections {

// Changes when Apply of any view does: the views are then built anew.
inline constexpr char kViewsVersion[] = "erasure.1";
// Events in a batch, streams they touch, and bytes they have: enough that a busy plan is written
// once for many events, few enough to be held in memory (at 20 KiB a plan, 40 MiB, and the events).
inline constexpr eventstore::Position kBatchEvents = 32'768;
inline constexpr size_t kBatchStreams = 2048;
inline constexpr size_t kBatchBytes = 32 << 20;
// Events whose rows are written at the latest, once the views have caught up.
inline constexpr eventstore::Position kUnwrittenEvents = 8192;

using PlanPointer = std::shared_ptr<const v1::SupportPlan>;

class Views {
 public:
  // Called while views catch up: the position reached and the log's last.
  using Progress = std::function<void(eventstore::Position, eventstore::Position)>;

  // Opens the views in `directory` and follows `log`, which must outlive them. Returns once they
  // have caught up with what the log held; `progress` is called after each batch until then. `env`
  // is the file system; null: the machine's.
  // `vault`, which must outlive them too, opens the events.
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& directory,
                                                     eventstore::EventLog& log,
                                                     const vault::EventVault& vault,
                                                     const Progress& progress = nullptr,
                                                     rocksdb::Env* env = nullptr);
  // Builds the views anew from the log, beside those that are read meanwhile, and puts them in
  // their place: nothing that the log does not hold any more is left in their files.
  // VIEWS_UNREADABLE; after an error of the last step the views have stopped.
  absl::Status BuildAnew(const Progress& progress = nullptr);

  // What is in the files must not be read again: whatever becomes of this process, the next start
  // builds the views anew, until BuildAnew has. Synced. VIEWS_UNREADABLE.
  absl::Status MarkStale() const;

  // Writes what is unwritten and stops following. The log must have been closed before.
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // Calls `done` once the views have applied `position`: OK, or why they never will.
  void WhenApplied(eventstore::Position position, std::function<void(absl::Status)> done);

  // The present state of a stream of an aggregate that there is, or null if it has no events.
  absl::StatusOr<StateRowPointer> FindRow(const std::string& name) const;
  // Likewise of a support plan, as the message alone.
  absl::StatusOr<PlanPointer> FindPlan(const std::string& name) const;

  // A stream's trail from revision `first` on, at most `count` entries: see ReadTrail. Empty if
  // there is no such stream.
  absl::StatusOr<std::vector<v1::TrailEntry>> Trail(const std::string& name, uint64_t first,
                                                    int count);
  // See ListCaseload.
  absl::StatusOr<CaseloadPage> Caseload(const CaseloadQuery& query, const std::string& after,
                                        int count, absl::CivilDay today);
  // See CountCaseload.
  absl::Status CountPlans(PlansOf whose, const std::string& id, const CountPlan& count);

  // See ListInductionRows.
  absl::StatusOr<Listing<v1::InductionSummary>> Inductions(const v1::ListInductionsRequest& query,
                                                           const std::string& after, int count);
  // See ContactRows.
  absl::StatusOr<std::vector<std::string>> Contacts(const std::string& body,
                                                    const std::string& day);
  // See ListRoleRows.
  absl::StatusOr<Listing<v1::RoleHolder>> Roles(const v1::ListRolesRequest& query,
                                                const std::string& after, int count);
  // Those with this number in force, or this address (the other is empty), ordered by name.
  absl::StatusOr<std::vector<v1::RoleHolder>> People(const std::string& trn,
                                                     const std::string& email, int count);
  // See ListSchoolRows.
  absl::StatusOr<Listing<v1::SchoolSummary>> Schools(const v1::ListSchoolsRequest& query,
                                                     const std::string& after, int count);
  // See SchoolsBefore in school_list.h.
  absl::StatusOr<std::vector<std::string>> SchoolsBefore(const std::string& school);
  // See ListActionPlanRows.
  absl::StatusOr<Listing<v1::ActionPlanSummary>> ActionPlans(
      const v1::ListActionPlansRequest& query, const std::string& after, int count,
      absl::CivilDay today);

  // See diary_index.h.
  absl::StatusOr<std::vector<std::string>> StreamsOfPerson(const std::string& person);
  absl::StatusOr<std::vector<std::string>> StreamsOfSchool(const std::string& urn);

  // See access_index.h.
  absl::StatusOr<std::vector<std::string>> HoldersOfIdentity(absl::string_view issuer,
                                                             absl::string_view subject);
  absl::StatusOr<std::vector<std::string>> HoldersOfCertificate(absl::string_view name);
  absl::StatusOr<std::vector<std::string>> GrantsOfRecord(absl::string_view record);
  absl::StatusOr<std::vector<std::string>> ServiceAccounts();

  // See erasure_index.h.
  absl::StatusOr<std::vector<ErasedPerson>> ErasedPeople();

  // See reminder_index.h.
  absl::StatusOr<std::vector<std::string>> StreamsToRemind(absl::CivilDay today,
                                                           const std::string& after, size_t count);

  // See retention_index.h.
  absl::StatusOr<v1::Retention> Retention(const std::string& record);
  absl::StatusOr<RetentionPage> Retentions(const std::string& after, size_t count);
  absl::StatusOr<RetentionPage> RetentionsOfSchools(const std::vector<std::string>& urns,
                                                    const std::string& after, size_t count);

  // The position up to which events are applied.
  eventstore::Position position() const;
  // OK, or why the views stopped.
  absl::Status health() const;

 private:
  using Waiters = std::multimap<eventstore::Position, std::function<void(absl::Status)>>;

  Views(std::string directory, std::unique_ptr<ViewStore> store, eventstore::Position position,
        eventstore::EventLog& log, const vault::EventVault& vault);
  // Views that have caught up with the log, and follow it no further.
  static absl::StatusOr<std::unique_ptr<Views>> CatchUp(const std::string& directory,
                                                        eventstore::EventLog& log,
                                                        const vault::EventVault& vault,
                                                        const Progress& progress,
                                                        rocksdb::Env* env);
  // Puts the store in `beside`, which is at `position`, in the place of the present one.
  absl::Status ChangePlaces(const std::string& beside, eventstore::Position position)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);

  void Follow(bool idle);
  void Run();
  // Applies a batch, if there is something to apply, and calls back. True if there is more.
  bool Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  absl::StatusOr<eventstore::Position> ApplyBatch(eventstore::Position first,
                                                  eventstore::Position last)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  // Reads events from `first` on; returns the position of the last.
  absl::Status ReadBatch(eventstore::Position first, eventstore::Position last,
                         eventstore::Position& reached) ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  absl::Status ApplyRecord(const eventstore::Record& record, Rows& rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  // Writes the rows of what was applied, with its position.
  absl::Status WriteRows() ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  absl::Status WriteRowsForReaders();
  // Gives `get` the store with all rows that were applied, and returns what it returns.
  template <typename Get>
  std::invoke_result_t<Get, const ViewStore&> Read(const Get& get);
  // Makes what Open() has applied since `start` safe from a crash.
  absl::Status FinishRebuild(eventstore::Position start);
  // Moves the position, or stops; the callbacks that are due go to `due_`.
  void Moved(eventstore::Position position, const absl::Status& health)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex_);
  // Gives up `apply_mutex_` and calls those that are due: a callback may append, and so come here.
  void UnlockAndCallBack() ABSL_UNLOCK_FUNCTION(apply_mutex_);

  const std::string directory_;
  // Held by who reads `store_` without apply_mutex_; alone by who puts another in its place, with
  // that too.
  mutable std::shared_mutex store_mutex_;
  std::unique_ptr<ViewStore> store_;
  eventstore::EventLog& log_;
  const vault::EventVault& vault_;

  // Held by the one thread that applies.
  Mutex apply_mutex_;
  EventsByStream events_ ABSL_GUARDED_BY(apply_mutex_);
  // The memory of the event that is being applied.
  std::array<char, 4096> event_block_;
  google::protobuf::Arena event_arena_ ABSL_GUARDED_BY(apply_mutex_){event_block_.data(),
                                                                     event_block_.size()};
  CurrentStates states_;
  // Rows of the trail that are not written yet, and the position that the written ones are of.
  Rows trail_rows_ ABSL_GUARDED_BY(apply_mutex_);
  eventstore::Position written_ ABSL_GUARDED_BY(apply_mutex_);
  bool write_failed_ ABSL_GUARDED_BY(apply_mutex_) = false;
  // True until Open() has caught up.
  bool rebuilding_ ABSL_GUARDED_BY(apply_mutex_) = true;
  std::vector<std::function<void(absl::Status)>> due_ ABSL_GUARDED_BY(apply_mutex_);

  mutable Mutex mutex_;
  CondVar signalled_;
  bool signal_ ABSL_GUARDED_BY(mutex_) = false;
  eventstore::Position position_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  Waiters waiters_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::projections
