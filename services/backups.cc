#include "services/backups.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "backup/backup_directory.h"
#include "backup/files.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "proofs/text.h"
#include "services/grpc_status.h"

namespace trellis::services {
namespace {

using backup::BackupDirectory;

constexpr char kBackupPrefix[] = "backups/";

absl::Status ShuttingDown() {
  return Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping");
}

v1::Backup BackupOf(const backup::Manifest& manifest) {
  v1::Backup backup;
  backup.set_name(absl::StrCat(kBackupPrefix, manifest.number));
  *backup.mutable_create_time() = ToTimestamp(manifest.time);
  backup.set_position(static_cast<int64_t>(manifest.position));
  backup.set_root(std::string(AsBytes(manifest.root)));
  backup.set_file_count(static_cast<int32_t>(manifest.files.size()));
  backup.set_size_bytes(static_cast<int64_t>(manifest.bytes()));
  backup.set_copied_file_count(static_cast<int32_t>(manifest.copied_files));
  backup.set_copied_bytes(static_cast<int64_t>(manifest.copied_bytes));
  return backup;
}

void SetProgress(const backup::Progress& progress, v1::BackupProgress& told) {
  constexpr uint64_t kWhole = 100;
  told.set_percent(progress.bytes == 0
                       ? 0
                       : static_cast<int32_t>(progress.bytes_done * kWhole / progress.bytes));
  told.set_files_done(static_cast<int64_t>(progress.files_done));
  told.set_files(static_cast<int64_t>(progress.files));
  told.set_bytes_done(static_cast<int64_t>(progress.bytes_done));
  told.set_bytes(static_cast<int64_t>(progress.bytes));
}

}  // namespace

Backups::Backups(const Settings& settings, const SigningKeys& keys, DataKeys& data_keys,
                 eventstore::EventLog& log, access::AccessLog& access_log, queue::Queue& queue,
                 const Clock& clock)
    : directory_(settings.backups),
      links_(settings.data + "/backup.links"),
      keys_(keys),
      data_keys_(data_keys),
      log_(log),
      access_log_(access_log),
      queue_(queue),
      clock_(clock) {
  if (const absl::Status removed = backup::RemoveAll(links_); !removed.ok()) {
    Log("backup.links_left", {{"cause", std::string(removed.message())}});
  }
}

absl::Status Backups::CheckConfigured() const {
  if (!directory_.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "BACKUPS_NOT_CONFIGURED",
               "this server has no directory of backups: start it with --backups");
}

absl::StatusOr<Backups::Operation> Backups::Start(const v1::StartBackupRequest& request) {
  RETURN_IF_ERROR(CheckConfigured());
  const std::string name = absl::StrCat("operations/", request.request_id());
  MutexLock lock(mutex_);
  if (const Entry* const known = FindEntry(name); known != nullptr) {
    if (known->keep_count == request.keep_count()) return known->operation;
    return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                 absl::StrCat(name, " was begun with keep_count ", known->keep_count, ", got ",
                              request.keep_count()),
                 {{"request_id", request.request_id()}});
  }
  if (stopped_) return ShuttingDown();
  if (!running_.empty()) {
    return Error(absl::StatusCode::kAborted, "BACKUP_RUNNING",
                 absl::StrCat("a backup is being made: ", running_), {{"operation", running_}});
  }
  // The thread of the one before has nothing left to do.
  if (thread_.joinable()) thread_.join();
  if (entries_.size() >= kOperationsMax) entries_.erase(entries_.begin());
  Entry entry{.operation = {}, .progress = {}, .keep_count = request.keep_count()};
  entry.operation.set_name(name);
  *entry.progress.mutable_start_time() = ToTimestamp(clock_.Now());
  entry.operation.mutable_metadata()->PackFrom(entry.progress);
  entries_.push_back(entry);
  running_ = name;
  thread_ = std::thread([this, name, keep = request.keep_count()] { Run(name, keep); });
  return entry.operation;
}

void Backups::Run(const std::string& name, int32_t keep_count) {
  Log("backup.started", {{"operation", name}});
  const absl::StatusOr<backup::Manifest> made = Make(name, keep_count);
  if (made.ok()) {
    Log("backup.made", {{"operation", name},
                        {"backup", absl::StrCat(made->number)},
                        {"position", absl::StrCat(made->position)},
                        {"bytes", absl::StrCat(made->bytes())},
                        {"copied_bytes", absl::StrCat(made->copied_bytes)}});
  } else {
    Log("backup.failed", {{"operation", name}, {"why", std::string(made.status().message())}});
  }
  Finish(name, made);
}

absl::StatusOr<backup::Manifest> Backups::Make(const std::string& name, int32_t keep_count) {
  ASSIGN_OR_RETURN(const backup::Manifest manifest, MakeOfLog(name, keep_count));
  // After the log, so that it has the key of everything that is sealed there.
  ASSIGN_OR_RETURN(const auto directory,
                   BackupDirectory::Open(directory_, BackupDirectory::Use::kList));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, directory->Numbers());
  RETURN_IF_ERROR(data_keys_.BackUp(manifest.number, numbers.front()));
  return manifest;
}

absl::StatusOr<backup::Manifest> Backups::MakeOfLog(const std::string& name, int32_t keep_count) {
  return backup::MakeBackup(
      {.directory = directory_,
       .links = links_,
       .key = keys_.current(),
       .known_keys = keys_.verifiers(),
       .keep = static_cast<uint64_t>(keep_count),
       .link = [this](const std::string& path)
           -> absl::StatusOr<std::shared_ptr<const eventstore::SignedCheckpoint>> {
         RETURN_IF_ERROR(queue_.LinkTo(path + "/queue"));
         ASSIGN_OR_RETURN(auto checkpoint, log_.LinkTo(path + "/log"));
         RETURN_IF_ERROR(access_log_.LinkTo(path + "/access"));
         return checkpoint;
       },
       .progress = [this,
                    &name](const backup::Progress& progress) { return Note(name, progress); }},
      clock_);
}

absl::Status Backups::Note(const std::string& name, const backup::Progress& progress) {
  MutexLock lock(mutex_);
  Entry& entry = *FindEntry(name);
  SetProgress(progress, entry.progress);
  entry.operation.mutable_metadata()->PackFrom(entry.progress);
  if (!entry.progress.cancel_requested()) return absl::OkStatus();
  return Error(absl::StatusCode::kCancelled, "BACKUP_CANCELLED", "the backup was cancelled");
}

void Backups::Finish(const std::string& name, const absl::StatusOr<backup::Manifest>& made) {
  std::set<std::shared_ptr<Waiter>> waiters;
  Operation done;
  {
    MutexLock lock(mutex_);
    Operation& operation = FindEntry(name)->operation;
    operation.set_done(true);
    if (made.ok()) {
      operation.mutable_response()->PackFrom(BackupOf(*made));
    } else {
      *operation.mutable_error() = ToRpcStatus(made.status());
    }
    done = operation;
    running_.clear();
    // Only one runs at a time: whoever waits waits for it.
    waiters.swap(waiters_);
  }
  for (const auto& waiter : waiters) waiter->answer(done);
}

const Backups::Entry* Backups::FindEntry(const std::string& name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.operation.name() == name;
  });
  return found == entries_.end() ? nullptr : &*found;
}

Backups::Entry* Backups::FindEntry(const std::string& name) {
  return const_cast<Entry*>(std::as_const(*this).FindEntry(name));
}

absl::StatusOr<Backups::Operation> Backups::FindLocked(const std::string& name) const {
  if (const Entry* const entry = FindEntry(name); entry != nullptr) return entry->operation;
  return Error(absl::StatusCode::kNotFound, "OPERATION_NOT_FOUND",
               absl::StrCat("this server knows no operation \"", name,
                            "\": it forgets them when it ends, and keeps ", kOperationsMax),
               {{"operation", name}});
}

absl::StatusOr<Backups::Operation> Backups::Find(const std::string& name) const {
  MutexLock lock(mutex_);
  return FindLocked(name);
}

std::vector<Backups::Operation> Backups::List() const {
  MutexLock lock(mutex_);
  std::vector<Operation> operations;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    operations.push_back(entry->operation);
  }
  return operations;
}

void Backups::Wait(const std::string& name, absl::Duration timeout, Answer answer) {
  const auto waiter = std::make_shared<Waiter>(Waiter{name, std::move(answer)});
  absl::StatusOr<Operation> now;
  bool waits = false;
  {
    MutexLock lock(mutex_);
    now = FindLocked(name);
    waits = now.ok() && !now->done() && timeout > absl::ZeroDuration();
    if (waits) waiters_.insert(waiter);
  }
  if (!waits) return waiter->answer(now);
  queue_.timer().After(timeout, [this, waiter] { Release(waiter); });
}

void Backups::Release(const std::shared_ptr<Waiter>& waiter) {
  absl::StatusOr<Operation> now;
  {
    MutexLock lock(mutex_);
    if (waiters_.erase(waiter) == 0) return;
    now = FindLocked(waiter->name);
  }
  waiter->answer(now);
}

absl::Status Backups::Cancel(const std::string& name) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(FindLocked(name).status());
  Entry& entry = *FindEntry(name);
  if (entry.operation.done()) return absl::OkStatus();
  entry.progress.set_cancel_requested(true);
  entry.operation.mutable_metadata()->PackFrom(entry.progress);
  return absl::OkStatus();
}

absl::Status Backups::Delete(const std::string& name) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const Operation operation, FindLocked(name));
  if (!operation.done()) {
    return Error(absl::StatusCode::kFailedPrecondition, "OPERATION_RUNNING",
                 absl::StrCat(name, " is not done: cancel it first"), {{"operation", name}});
  }
  std::erase_if(entries_, [&](const Entry& entry) { return entry.operation.name() == name; });
  return absl::OkStatus();
}

absl::StatusOr<v1::Backup> Backups::FindBackup(const std::string& name) const {
  RETURN_IF_ERROR(CheckConfigured());
  const auto number = proofs::ReadDecimal(absl::StripPrefix(name, kBackupPrefix));
  if (!absl::StartsWith(name, kBackupPrefix) || !number.has_value()) {
    return InvalidRequest({{"name", "got no name of a backup, want backups/{number}"}},
                          "NAME_INVALID");
  }
  ASSIGN_OR_RETURN(const auto directory,
                   BackupDirectory::Open(directory_, BackupDirectory::Use::kList));
  ASSIGN_OR_RETURN(const backup::Manifest manifest, directory->Read(*number, keys_.verifiers()));
  return BackupOf(manifest);
}

absl::StatusOr<std::vector<v1::Backup>> Backups::ListBackups() const {
  RETURN_IF_ERROR(CheckConfigured());
  const auto directory = BackupDirectory::Open(directory_, BackupDirectory::Use::kList);
  // It is made by the first backup.
  if (directory.status().code() == absl::StatusCode::kNotFound) return std::vector<v1::Backup>();
  RETURN_IF_ERROR(directory.status());
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, (*directory)->Numbers());
  std::vector<v1::Backup> backups;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    const auto manifest = (*directory)->Read(*number, keys_.verifiers());
    v1::Backup backup;
    backup.set_name(absl::StrCat(kBackupPrefix, *number));
    backup.set_damage(std::string(manifest.status().message()));
    backups.push_back(manifest.ok() ? BackupOf(*manifest) : backup);
  }
  return backups;
}

void Backups::Stop() {
  std::thread thread;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    if (!running_.empty()) FindEntry(running_)->progress.set_cancel_requested(true);
    thread = std::move(thread_);
  }
  // It answers whoever waits.
  if (thread.joinable()) thread.join();
}

}  // namespace trellis::services
