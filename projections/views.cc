#include "projections/views.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "projections/audit_trail.h"
#include "projections/diary_index.h"
#include "projections/reminder_index.h"
#include "projections/stored_event.h"

namespace trellis::projections {

using eventstore::Position;

namespace {

// Views that are being made, and what says that the present ones are not to be read again; beside
// their directory.
constexpr char kNext[] = ".next";
constexpr char kStale[] = ".stale";

absl::Status Unusable(const std::string& directory, const std::error_code& error) {
  return Error(absl::StatusCode::kUnavailable, "VIEWS_UNREADABLE",
               absl::StrCat("views: ", directory, ": ", error.message(), "; start again"));
}

// Names that were given and taken beside the views are so after a power cut.
absl::Status SyncBeside(const std::string& directory) {
  const std::filesystem::path parent = std::filesystem::path(directory).parent_path();
  const FileDescriptor opened(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0 && fsync(opened.get()) == 0) return absl::OkStatus();
  return Unusable(directory, std::error_code(errno, std::generic_category()));
}

absl::Status RemoveMark(const std::string& directory) {
  RETURN_IF_ERROR(SyncBeside(directory));
  std::error_code error;
  std::filesystem::remove(directory + kStale, error);
  return error ? Unusable(directory, error) : absl::OkStatus();
}

// Removes what a crash has left.
absl::Status RemoveStale(const std::string& directory) {
  std::error_code error;
  std::filesystem::remove_all(directory + kNext, error);
  if (!std::filesystem::exists(directory + kStale, error)) return absl::OkStatus();
  std::filesystem::remove_all(directory, error);
  return error ? Unusable(directory, error) : RemoveMark(directory);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& directory,
                                                   eventstore::EventLog& log,
                                                   const vault::EventVault& vault,
                                                   const Progress& progress, rocksdb::Env* env) {
  RETURN_IF_ERROR(RemoveStale(directory));
  ASSIGN_OR_RETURN(std::unique_ptr<Views> views, CatchUp(directory, log, vault, progress, env));
  views->thread_ = std::thread([raw = views.get()] { raw->Run(); });
  log.SetFollower([raw = views.get()](bool idle) { raw->Follow(idle); });
  // What was committed before it followed.
  views->Follow(false);
  return views;
}

absl::StatusOr<std::unique_ptr<Views>> Views::CatchUp(const std::string& directory,
                                                      eventstore::EventLog& log,
                                                      const vault::EventVault& vault,
                                                      const Progress& progress, rocksdb::Env* env) {
  ASSIGN_OR_RETURN(std::unique_ptr<ViewStore> store,
                   ViewStore::Open(directory, kViewsVersion, env));
  ASSIGN_OR_RETURN(const Position position, store->Position());
  if (position > log.durable_position()) {
    // An older log was put in place of the one that the views followed.
    return Error(absl::StatusCode::kFailedPrecondition, "VIEWS_AHEAD_OF_LOG",
                 absl::StrCat("views are at position ", position, ", the log ends at ",
                              log.durable_position(), "; delete the directory of the views"),
                 {{"position", absl::StrCat(position)}});
  }
  auto views = std::unique_ptr<Views>(new Views(directory, std::move(store), position, log, vault));
  bool more = true;
  while (more) {
    views->apply_mutex_.Lock();
    more = views->Advance();
    views->UnlockAndCallBack();
    if (progress && views->position() > position)
      progress(views->position(), log.durable_position());
  }
  RETURN_IF_ERROR(views->FinishRebuild(position));
  return views;
}

Views::Views(std::string directory, std::unique_ptr<ViewStore> store, Position position,
             eventstore::EventLog& log, const vault::EventVault& vault)
    : directory_(std::move(directory)),
      store_(std::move(store)),
      log_(log),
      vault_(vault),
      states_(*store_),
      written_(position),
      position_(position) {}

Views::~Views() {
  if (!thread_.joinable()) return;
  thread_.join();
  log_.SetFollower(nullptr);
  MutexLock lock(apply_mutex_);
  // What cannot be written now is built again after the next start.
  if (health().ok()) WriteRows().IgnoreError();
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

absl::StatusOr<StateRowPointer> Views::FindRow(const std::string& name) const {
  RETURN_IF_ERROR(health());
  const std::shared_lock lock(store_mutex_);
  return states_.Find(name);
}

absl::StatusOr<PlanPointer> Views::FindPlan(const std::string& name) const {
  ASSIGN_OR_RETURN(const StateRowPointer row, FindRow(name));
  return row == nullptr ? PlanPointer() : PlanPointer(row, &row->as<v1::SupportPlan>());
}

template <typename Get>
std::invoke_result_t<Get, const ViewStore&> Views::Read(const Get& get) {
  RETURN_IF_ERROR(health());
  RETURN_IF_ERROR(WriteRowsForReaders());
  const std::shared_lock lock(store_mutex_);
  return get(*store_);
}

absl::StatusOr<std::vector<v1::TrailEntry>> Views::Trail(const std::string& name, uint64_t first,
                                                         int count) {
  ASSIGN_OR_RETURN(const StateRowPointer row, FindRow(name));
  const uint64_t revision = row == nullptr ? 0 : static_cast<uint64_t>(row->revision);
  return Read([&](const ViewStore& store) {
    return ReadTrail(store, name, first,
                     std::min(revision, first + static_cast<uint64_t>(count) - 1));
  });
}

absl::StatusOr<CaseloadPage> Views::Caseload(const CaseloadQuery& query, const std::string& after,
                                             int count, absl::CivilDay today) {
  return Read(
      [&](const ViewStore& store) { return ListCaseload(store, query, after, count, today); });
}

absl::Status Views::CountPlans(PlansOf whose, const std::string& id, const CountPlan& count) {
  return Read([&](const ViewStore& store) { return CountCaseload(store, whose, id, count); });
}

absl::StatusOr<Listing<v1::InductionSummary>> Views::Inductions(
    const v1::ListInductionsRequest& query, const std::string& after, int count) {
  return Read(
      [&](const ViewStore& store) { return ListInductionRows(store, query, after, count); });
}

absl::StatusOr<Listing<v1::RoleHolder>> Views::Roles(const v1::ListRolesRequest& query,
                                                     const std::string& after, int count) {
  return Read([&](const ViewStore& store) { return ListRoleRows(store, query, after, count); });
}

absl::StatusOr<std::vector<std::string>> Views::Contacts(const std::string& body,
                                                         const std::string& day) {
  return Read([&](const ViewStore& store) { return ContactRows(store, body, day); });
}

absl::StatusOr<std::vector<v1::RoleHolder>> Views::People(const std::string& trn,
                                                          const std::string& email, int count) {
  return Read([&](const ViewStore& store) {
    return FindPeopleRows(store, trn, email, count,
                          [&](const std::string& name) { return states_.Find(name); });
  });
}

absl::StatusOr<Listing<v1::SchoolSummary>> Views::Schools(const v1::ListSchoolsRequest& query,
                                                          const std::string& after, int count) {
  return Read([&](const ViewStore& store) { return ListSchoolRows(store, query, after, count); });
}

absl::StatusOr<std::vector<std::string>> Views::SchoolsBefore(const std::string& school) {
  return Read([&](const ViewStore& store) { return projections::SchoolsBefore(store, school); });
}

absl::StatusOr<Listing<v1::ActionPlanSummary>> Views::ActionPlans(
    const v1::ListActionPlansRequest& query, const std::string& after, int count,
    absl::CivilDay today) {
  return Read([&](const ViewStore& store) {
    return ListActionPlanRows(store, query, after, count, today);
  });
}

absl::StatusOr<std::vector<std::string>> Views::StreamsOfPerson(const std::string& person) {
  return Read([&](const ViewStore& store) { return projections::StreamsOfPerson(store, person); });
}

absl::StatusOr<std::vector<std::string>> Views::StreamsOfSchool(const std::string& urn) {
  return Read([&](const ViewStore& store) { return projections::StreamsOfSchool(store, urn); });
}

absl::StatusOr<std::vector<std::string>> Views::HoldersOfIdentity(absl::string_view issuer,
                                                                  absl::string_view subject) {
  return Read([&](const ViewStore& store) {
    return projections::HoldersOfIdentity(store, issuer, subject);
  });
}

absl::StatusOr<std::vector<std::string>> Views::HoldersOfCertificate(absl::string_view name) {
  return Read(
      [&](const ViewStore& store) { return projections::HoldersOfCertificate(store, name); });
}

absl::StatusOr<std::vector<std::string>> Views::GrantsOfRecord(absl::string_view record) {
  return Read([&](const ViewStore& store) { return projections::GrantsOfRecord(store, record); });
}

absl::StatusOr<std::vector<ErasedPerson>> Views::ErasedPeople() {
  return Read([&](const ViewStore& store) { return projections::ErasedPeople(store); });
}

absl::StatusOr<std::vector<std::string>> Views::ServiceAccounts() {
  return Read([&](const ViewStore& store) { return projections::ServiceAccounts(store); });
}

absl::StatusOr<std::vector<std::string>> Views::StreamsToRemind(absl::CivilDay today,
                                                                const std::string& after,
                                                                size_t count) {
  return Read([&](const ViewStore& store) {
    return projections::StreamsToRemind(store, today, after, count);
  });
}

absl::StatusOr<v1::Retention> Views::Retention(const std::string& record) {
  return Read([&](const ViewStore& store) { return FindRetentionRows(store, record); });
}

absl::StatusOr<RetentionPage> Views::Retentions(const std::string& after, size_t count) {
  return Read([&](const ViewStore& store) { return RetentionPageOf(store, after, count); });
}

absl::StatusOr<RetentionPage> Views::RetentionsOfSchools(const std::vector<std::string>& urns,
                                                         const std::string& after, size_t count) {
  return Read([&](const ViewStore& store) { return RetentionPageOf(store, urns, after, count); });
}

Position Views::position() const {
  MutexLock lock(mutex_);
  return position_;
}

absl::Status Views::health() const {
  MutexLock lock(mutex_);
  return health_;
}

void Views::Follow(bool idle) {
  if (idle && apply_mutex_.TryLock()) {
    const bool more = Advance();
    UnlockAndCallBack();
    if (!more) return;
  }
  {
    MutexLock lock(mutex_);
    signal_ = true;
  }
  signalled_.NotifyOne();
}

void Views::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!signal_) signalled_.Wait(mutex_);
      signal_ = false;
    }
    bool more = true;
    while (more) {
      apply_mutex_.Lock();
      more = Advance();
      UnlockAndCallBack();
    }
    if (!health().ok() || log_.closed()) break;
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

bool Views::Advance() {
  const Position applied = position();
  const Position last = log_.durable_position();
  if (applied >= last || !health().ok()) return false;
  const absl::StatusOr<Position> reached =
      ApplyBatch(applied + 1, std::min(last, applied + kBatchEvents));
  Moved(reached.ok() ? *reached : applied, reached.status());
  if (!reached.ok()) return false;
  const Position unwritten = *reached - written_;
  if (unwritten >= kBatchEvents || states_.unwritten() >= kBatchStreams ||
      (*reached == last && unwritten >= kUnwrittenEvents)) {
    // Failing is no reason to stop: what was applied is shown from memory.
    WriteRows().IgnoreError();
  }
  return *reached < last;
}

absl::StatusOr<Position> Views::ApplyBatch(Position first, Position last) {
  Position reached = 0;
  const absl::Status read = ReadBatch(first, last, reached);
  Rows rows;
  absl::Status status =
      events_.Apply([&](const eventstore::Record& record) { return ApplyRecord(record, rows); });
  events_.Clear();
  // What was read before a damaged record comes before it: it stops the views if it can.
  if (status.ok()) status = read;
  if (!status.ok()) {
    states_.Discard();
    return status;
  }
  states_.Publish();
  for (auto& [key, row] : rows) trail_rows_[key] = std::move(row);
  return reached;
}

absl::Status Views::ReadBatch(Position first, Position last, Position& reached) {
  const auto take = [&](eventstore::Record& record) {
    // Streams of aggregates that this version does not know are not for these views.
    if (domain::AggregateOf(record.header.stream) != nullptr) events_.Add(record);
    return absl::OkStatus();
  };
  reached = first - 1;
  while (reached < last && events_.streams() < kBatchStreams && events_.bytes() < kBatchBytes) {
    const Position part_last = std::min(last, reached + kBatchStreams / 2);
    RETURN_IF_ERROR(log_.ReadAll(reached + 1, part_last, take));
    reached = part_last;
  }
  return absl::OkStatus();
}

absl::Status Views::ApplyRecord(const eventstore::Record& record, Rows& rows) {
  const auto apply = [&]() -> absl::Status {
    // A message of many small parts is freed at once.
    event_arena_.Reset();
    google::protobuf::Message& event =
        *domain::AggregateOf(record.header.stream)->event.New(&event_arena_);
    RETURN_IF_ERROR(ReadEvent(vault_, record, event));
    ASSIGN_OR_RETURN(const StateChange change, states_.Apply(record, event));
    return ApplyToTrail(*store_, trail_rows_, change, rows);
  };
  const absl::Status applied = apply();
  if (applied.ok()) return applied;
  return Error(absl::StatusCode::kUnavailable, "VIEW_QUARANTINED",
               absl::StrCat("views stopped at position ", record.header.position, " (",
                            record.header.type, "): ", applied.message()),
               {{"position", absl::StrCat(record.header.position)}});
}

absl::Status Views::WriteRows() {
  const Position applied = position();
  if (applied == written_) return absl::OkStatus();
  Rows rows = trail_rows_;
  states_.AddRows(rows);
  const absl::Status status =
      rebuilding_ ? store_->WriteUnlogged(rows, applied) : store_->Write(rows, applied);
  if (!status.ok()) {
    // On a full disk, for one. The rows are kept and written with the next ones.
    if (!write_failed_) Log("views.not_written", {{"why", std::string(status.message())}});
    write_failed_ = true;
    return status;
  }
  write_failed_ = false;
  trail_rows_.clear();
  states_.Written();
  written_ = applied;
  return absl::OkStatus();
}

absl::Status Views::FinishRebuild(Position start) {
  MutexLock lock(apply_mutex_);
  if (health().ok()) RETURN_IF_ERROR(WriteRows());
  rebuilding_ = false;
  events_ = EventsByStream();
  return written_ == start ? absl::OkStatus() : store_->Flush();
}

absl::Status Views::MarkStale() const {
  const std::string mark = directory_ + kStale;
  const FileDescriptor made(open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (made.get() < 0) {
    return Unusable(directory_, std::error_code(errno, std::generic_category()));
  }
  return SyncBeside(directory_);
}

absl::Status Views::BuildAnew(const Progress& progress) {
  const std::string beside = directory_ + kNext;
  // The old ones go file by file: a crash may leave a part of them.
  RETURN_IF_ERROR(MarkStale());
  std::error_code error;
  std::filesystem::remove_all(beside, error);
  RETURN_IF_ERROR(CatchUp(beside, log_, vault_, progress, nullptr).status());
  apply_mutex_.Lock();
  // What was committed meanwhile; then nothing is applied any more until they have changed places.
  absl::StatusOr<Position> reached = position();
  if (const auto last = CatchUp(beside, log_, vault_, nullptr, nullptr); last.ok()) {
    reached = (*last)->position();
  } else {
    reached = last.status();
  }
  if (reached.ok()) {
    const absl::Status status = ChangePlaces(beside, *reached);
    Moved(status.ok() ? *reached : position(), status);
  }
  UnlockAndCallBack();
  return reached.ok() ? health() : reached.status();
}

absl::Status Views::ChangePlaces(const std::string& beside, Position position) {
  const std::unique_lock lock(store_mutex_);
  store_.reset();
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (!error) std::filesystem::rename(beside, directory_, error);
  if (error) return Unusable(directory_, error);
  RETURN_IF_ERROR(RemoveMark(directory_));
  ASSIGN_OR_RETURN(store_, ViewStore::Open(directory_, kViewsVersion));
  states_.StartAnew(*store_);
  trail_rows_.clear();
  written_ = position;
  return absl::OkStatus();
}

absl::Status Views::WriteRowsForReaders() {
  MutexLock lock(apply_mutex_);
  RETURN_IF_ERROR(health());
  return WriteRows();
}

void Views::Moved(Position position, const absl::Status& health) {
  if (!health.ok()) Log("views.quarantined", {{"why", std::string(health.message())}});
  MutexLock lock(mutex_);
  position_ = position;
  health_ = health;
  const auto end = waiters_.upper_bound(position);
  for (auto it = waiters_.begin(); it != end; ++it) due_.push_back(std::move(it->second));
  waiters_.erase(waiters_.begin(), end);
  if (health.ok()) return;
  // The thread ends, and tells the others.
  signal_ = true;
  signalled_.NotifyOne();
}

void Views::UnlockAndCallBack() {
  const std::vector<std::function<void(absl::Status)>> due = std::move(due_);
  due_.clear();
  apply_mutex_.Unlock();
  for (const auto& done : due) done(absl::OkStatus());
}

}  // namespace trellis::projections
