#include "access/entry_writer.h"

#include <algorithm>
#include <openssl/rand.h>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "access/access_log.h"
#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/timestamp.h"

namespace trellis::access {
namespace {

// A quarter of what may wait: while one batch is written the next gathers.
constexpr size_t kBatchEntriesMax = kWaitingMax / 4;
constexpr size_t kBatchBytesMax = kWaitingBytesMax / 4;
// A caller who waits for room looks so often whether there is some: others may have taken it.
constexpr int kLooks = 4;

std::string NewSalt() {
  std::string salt(kSaltBytes, '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(salt.data());
  CHECK(RAND_bytes(bytes, static_cast<int>(salt.size())) == 1);
  return salt;
}

// Adds the rows of an entry, which has its number and time, and moves `digest` on to its own.
void AddRows(v1::AccessEntry& entry, Digest& digest, rocksdb::WriteBatch& batch) {
  if (!entry.reason().empty()) {
    const std::string salt = NewSalt();
    entry.set_reason_digest(std::string(AsBytes(ReasonDigest(salt, entry.reason()))));
    CHECK(batch.Put(ReasonKey(entry.number()), absl::StrCat(salt, entry.reason())).ok());
    entry.clear_reason();
  }
  const std::string bytes = entry.SerializeAsString();
  digest = EntryDigest(digest, bytes);
  CHECK(batch.Put(EntryKey(entry.number()), absl::StrCat(AsBytes(digest), bytes)).ok());
  for (const std::string& subject : entry.subjects()) {
    CHECK(batch.Put(SubjectKey(subject, entry.number()), "").ok());
  }
}

}  // namespace

EntryWriter::EntryWriter(AccessStore& store, const Head& newest, absl::Time time,
                         EntryWriterOptions options, const Clock& clock)
    : store_(store),
      options_(std::move(options)),
      clock_(clock),
      last_time_(time),
      head_(newest),
      thread_([this] { Run(); }) {}

EntryWriter::~EntryWriter() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
  MutexLock lock(mutex_);
  if (written_ < recorded_) Log("access.lost", {{"entries", absl::StrCat(recorded_ - written_)}});
}

bool EntryWriter::IsFull(size_t more) const {
  return recorded_ - written_ >= kWaitingMax || held_bytes_ + more > kWaitingBytesMax;
}

absl::Status EntryWriter::Record(v1::AccessEntry entry) {
  const size_t bytes = entry.ByteSizeLong();
  MutexLock lock(mutex_);
  for (int look = 0; look < kLooks && failure_.ok() && IsFull(bytes); ++look) {
    room_.WaitFor(mutex_, options_.patience / kLooks);
  }
  RETURN_IF_ERROR(failure_);
  if (IsFull(bytes)) {
    RETURN_IF_ERROR(no_room_);
    return Error(
        absl::StatusCode::kResourceExhausted, "ACCESS_LOG_BUSY",
        absl::StrCat("entries of the access log that wait: ", recorded_ - written_, " of ",
                     held_bytes_, " bytes, limit ", kWaitingMax, " of ", kWaitingBytesMax));
  }
  // Under the mutex, so that times are in the order of the numbers.
  *entry.mutable_read_time() = ToTimestamp(clock_.Now());
  waiting_.push_back({.entry = std::move(entry), .bytes = bytes});
  held_bytes_ += bytes;
  ++recorded_;
  // Nobody else can tell the thread what it waits for: a first entry, or enough of them.
  if (waiting_.size() == 1 || waiting_.size() == kBatchEntriesMax) wake_.NotifyAll();
  return absl::OkStatus();
}

absl::Status EntryWriter::Flush() {
  MutexLock lock(mutex_);
  const uint64_t want = recorded_;
  const uint64_t attempts = attempts_;
  urgent_ = std::max(urgent_, want);
  wake_.NotifyAll();
  while (written_ < want && failure_.ok()) {
    if (attempts_ > attempts && !no_room_.ok()) return no_room_;
    done_.Wait(mutex_);
  }
  return written_ >= want ? absl::OkStatus() : failure_;
}

Head EntryWriter::head() {
  MutexLock lock(mutex_);
  return head_;
}

void EntryWriter::Run() {
  while (TakeBatch()) Finish(WriteBatch());
}

bool EntryWriter::TakeBatch() {
  MutexLock lock(mutex_);
  while (waiting_.empty() && batch_.empty() && !closing_) wake_.Wait(mutex_);
  if (!failure_.ok() || (waiting_.empty() && batch_.empty())) return false;
  // Closing, there is no later: what found no room is tried once more.
  if (last_try_ && !no_room_.ok()) return false;
  last_try_ = closing_;
  const bool enough = no_room_.ok() && waiting_.size() >= kBatchEntriesMax;
  if (!closing_ && !enough && urgent_ <= written_) wake_.WaitFor(mutex_, options_.gather);
  while (!waiting_.empty() && batch_.size() < kBatchEntriesMax && batch_bytes_ < kBatchBytesMax) {
    batch_bytes_ += waiting_.front().bytes;
    batch_.push_back(std::move(waiting_.front().entry));
    waiting_.pop_front();
  }
  return true;
}

absl::Status EntryWriter::WriteBatch() {
  // Before anything is made of the entries: without room they stay as they are.
  RETURN_IF_ERROR(store_.CheckRoom());
  Head head = this->head();
  rocksdb::WriteBatch batch;
  for (v1::AccessEntry& entry : batch_) {
    last_time_ = std::max(last_time_, FromTimestamp(entry.read_time()));
    *entry.mutable_read_time() = ToTimestamp(last_time_);
    entry.set_number(++head.number);
    AddRows(entry, head.digest, batch);
  }
  RETURN_IF_ERROR(store_.Write(batch));
  MutexLock lock(mutex_);
  head_ = head;
  return absl::OkStatus();
}

void EntryWriter::Finish(const absl::Status& status) {
  const bool failed = !status.ok() && !absl::IsResourceExhausted(status);
  {
    MutexLock lock(mutex_);
    ++attempts_;
    no_room_ = failed ? absl::OkStatus() : status;
    if (failed) failure_ = status;
    if (status.ok()) {
      written_ += batch_.size();
      held_bytes_ -= batch_bytes_;
      batch_.clear();
      batch_bytes_ = 0;
    } else {
      // Whoever waited is told now; the next attempt takes its time.
      urgent_ = 0;
    }
    room_.NotifyAll();
    done_.NotifyAll();
  }
  if (failed && options_.on_failure != nullptr) options_.on_failure();
}

}  // namespace trellis::access
