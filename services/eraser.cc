#include "services/eraser.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/person.h"
#include "services/held_records.h"
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
    // Once the key is gone nothing else tells that the views were made with it.
    if (!restored) RETURN_IF_ERROR(rooms_.views.MarkStale());
    RETURN_IF_ERROR(keys_.Destroy({person.name}));
    restored = true;
  }
  if (!restored) return absl::OkStatus();
  queue_.Forget();
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
  std::vector<std::string> open;
  std::vector<std::string> wanted;
  for (const ErasedPerson& person : people) {
    if (!person.complete) open.push_back(person.name);
    if (!person.complete || !copies_searched_) wanted.push_back(person.name);
  }
  absl::Status first = EraseHere(open);
  const absl::StatusOr<int> key_backups = keys_.DestroyInCopies(wanted);
  if (first.ok()) first = key_backups.status();
  if (!key_backups.ok()) return first;
  copies_searched_ = true;
  for (const std::string& person : open) {
    const auto erased = erased_here_.find(person);
    if (erased == erased_here_.end()) continue;
    const absl::Status status = Complete(person, erased->second, *key_backups);
    if (first.ok()) first = status;
  }
  return first;
}

absl::Status Eraser::EraseHere(const std::vector<std::string>& people) {
  absl::Status first;
  std::map<std::string, int> whole;
  std::vector<std::string> names;
  for (const std::string& person : people) {
    if (erased_here_.count(person) > 0) continue;
    const absl::StatusOr<int> records = EraseRest(person);
    if (first.ok()) first = records.status();
    if (!records.ok()) continue;
    whole[person] = *records;
    names.push_back(person);
  }
  if (whole.empty()) return first;
  RETURN_IF_ERROR(keys_.Destroy(names));
  queue_.Forget();
  RETURN_IF_ERROR(rooms_.views.BuildAnew());
  erased_here_.merge(whole);
  return first;
}

absl::StatusOr<int> Eraser::EraseRest(const std::string& person) {
  v1::CompleteErasureRequest request;
  request.set_name(person);
  request.set_records_alone(true);
  size_t added = 0;
  int records = 0;
  do {
    request.set_request_id(UuidText(RandomUuid()));
    const auto rest = [&](const v1::Person&, const domain::DecisionOn<v1::Person>&,
                          Outcome& outcome) -> absl::Status {
      ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms_.views.FindRow(person));
      ASSIGN_OR_RETURN(const Held held, HeldOf(rooms_.views, row));
      records = static_cast<int>(held.records.size());
      const absl::Time now = rooms_.clock.Now();
      added = AddErasures(held,
                          {.now = now,
                           .today = LondonDay(now),
                           .actor = SystemCaller().actor,
                           .capacity = v1::SYSTEM,
                           .new_name = ""},
                          outcome);
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(GiveAndWait<v1::Person>(rooms_.pipeline, request, rest).status());
  } while (added > 0);
  return records;
}

absl::Status Eraser::Complete(const std::string& person, int records, int key_backups) {
  RETURN_IF_ERROR(looks_.ForgetReasons(person).status());
  v1::CompleteErasureRequest request;
  request.set_name(person);
  request.set_request_id(SystemRequestId(rooms_.vault, absl::StrCat("erased ", person)));
  request.set_key_backup_count(key_backups);
  request.set_record_count(records);
  RETURN_IF_ERROR(GiveAndWait<v1::Person>(rooms_.pipeline, request).status());
  Log("erasure.complete", {{"person", person}});
  return absl::OkStatus();
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
