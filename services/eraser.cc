#include "services/eraser.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/erasure.h"
#include "domain/person.h"
#include "services/system_command.h"
#include "trellis/v1/erasure_requests.pb.h"

namespace trellis::services {
namespace {

using projections::ErasedPerson;

// How often those who wait are looked at: an erasure takes as long as building the views.
constexpr absl::Duration kSlice = absl::Milliseconds(100);

constexpr char kPrefix[] = "operations/erasure-";

}  // namespace

absl::Status Eraser::DestroyRestored() {
  ASSIGN_OR_RETURN(const std::vector<ErasedPerson> people, rooms_.views.ErasedPeople());
  bool restored = false;
  for (const ErasedPerson& person : people) {
    // One whose erasure is under way is Finish's.
    if (!person.complete || keys_.IsDestroyed(person.name)) continue;
    RETURN_IF_ERROR(keys_.Destroy(person.name).status());
    restored = true;
  }
  if (!restored) return absl::OkStatus();
  Log("erasure.restored_keys_destroyed");
  return rooms_.views.BuildAnew();
}

void Eraser::Start() {
  Wake();
  thread_ = std::thread([this] { Run(); });
}

void Eraser::Stop() {
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void Eraser::Wake() {
  {
    const MutexLock lock(mutex_);
    due_ = true;
  }
  changed_.NotifyOne();
}

void Eraser::Run() {
  bool failed = false;
  while (AwaitWork(failed)) {
    const absl::Status status = Finish();
    failed = !status.ok();
    if (failed) Log("erasure.failed", {{"why", std::string(status.message())}});
  }
  AnswerWaiters(/*all=*/true);
}

bool Eraser::AwaitWork(bool failed) {
  absl::Duration until_again = failed ? kEraseAgainAfter : absl::InfiniteDuration();
  while (true) {
    AnswerWaiters(/*all=*/false);
    const MutexLock lock(mutex_);
    if (stopped_) return false;
    if (due_ || until_again <= absl::ZeroDuration()) break;
    if (waiters_.empty() && !failed) {
      changed_.Wait(mutex_);
      continue;
    }
    changed_.WaitFor(mutex_, kSlice);
    until_again -= kSlice;
    for (Waiter& waiter : waiters_) waiter.left -= kSlice;
  }
  const MutexLock lock(mutex_);
  due_ = false;
  return true;
}

void Eraser::Wait(const std::string& name, absl::Duration timeout,
                  std::function<void(const absl::StatusOr<Operation>&)> answer) {
  {
    const MutexLock lock(mutex_);
    if (!stopped_) {
      waiters_.push_back({name, timeout, std::move(answer)});
      answer = nullptr;
    }
  }
  if (answer != nullptr) return answer(Find(name));
  changed_.NotifyOne();
}

void Eraser::AnswerWaiters(bool all) {
  std::vector<Waiter> waiters;
  {
    const MutexLock lock(mutex_);
    waiters.swap(waiters_);
  }
  std::vector<Waiter> waiting;
  for (Waiter& waiter : waiters) {
    const auto operation = Find(waiter.name);
    const bool waits = operation.ok() && !operation->done() && waiter.left > absl::ZeroDuration();
    if (waits && !all) {
      waiting.push_back(std::move(waiter));
    } else {
      waiter.answer(operation);
    }
  }
  const MutexLock lock(mutex_);
  for (Waiter& waiter : waiting) waiters_.push_back(std::move(waiter));
}

absl::Status Eraser::Finish() {
  ASSIGN_OR_RETURN(const std::vector<ErasedPerson> people, rooms_.views.ErasedPeople());
  std::vector<std::pair<std::string, int>> destroyed;
  for (const ErasedPerson& person : people) {
    if (person.complete) continue;
    ASSIGN_OR_RETURN(const int key_backups, keys_.Destroy(person.name));
    destroyed.emplace_back(person.name, key_backups);
  }
  if (destroyed.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(rooms_.views.BuildAnew());
  for (const auto& [person, key_backups] : destroyed) {
    RETURN_IF_ERROR(looks_.ForgetReasons(person).status());
    RETURN_IF_ERROR(Complete(person, key_backups));
    Log("erasure.complete", {{"person", person}});
  }
  return absl::OkStatus();
}

absl::Status Eraser::Complete(const std::string& person, int key_backups) {
  v1::CompleteErasureRequest request;
  request.set_name(person);
  request.set_request_id(UuidText(UuidFromDigest(Sha256("erased ", person))));
  request.set_key_backup_count(key_backups);
  ASSIGN_OR_RETURN(const std::vector<std::string> streams, rooms_.views.StreamsOfPerson(person));
  int records = 1;
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms_.views.FindRow(stream));
    if (row != nullptr && domain::IsErased(*row->state)) ++records;
  }
  request.set_record_count(records);
  return GiveAndWait<v1::Person>(rooms_.pipeline, request).status();
}

bool Eraser::IsName(const std::string& name) { return absl::StartsWith(name, kPrefix); }

absl::StatusOr<Eraser::Operation> Eraser::Find(const std::string& name) const {
  const std::string person = absl::StrCat(domain::kPersonStreams, absl::StripPrefix(name, kPrefix));
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms_.views.FindRow(person));
  if (row == nullptr || !row->as<v1::Person>().has_erase_time()) {
    return Error(absl::StatusCode::kNotFound, "OPERATION_NOT_FOUND",
                 absl::StrCat("nobody was erased by an operation \"", name, "\""),
                 {{"operation", name}});
  }
  return OperationOf(row->as<v1::Person>());
}

Eraser::Operation Eraser::OperationOf(const v1::Person& person) {
  Operation operation;
  operation.set_name(
      absl::StrCat(kPrefix, absl::StripPrefix(person.name(), domain::kPersonStreams)));
  operation.set_done(person.has_erasure_complete_time());
  if (operation.done()) operation.mutable_response()->PackFrom(person);
  return operation;
}

}  // namespace trellis::services
