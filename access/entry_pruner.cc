#include "access/entry_pruner.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "access/entry_reader.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "base/timestamp.h"

namespace trellis::access {
namespace {

// Entries that go in one batch: some 100 KiB of keys, so that no entry waits long to be written.
constexpr int kStep = 1'000;

// The key after all that begin with `rows`, which ends with a slash.
std::string EndOf(absl::string_view rows) {
  return absl::StrCat(rows.substr(0, rows.size() - 1), "0");
}

void DeleteRows(const v1::AccessEntry& entry, rocksdb::WriteBatch& batch) {
  CHECK(batch.Delete(EntryKey(entry.number())).ok());
  CHECK(batch.Delete(ReasonKey(entry.number())).ok());
  for (const std::string& subject : entry.subjects()) {
    CHECK(batch.Delete(SubjectKey(subject, entry.number())).ok());
  }
}

// Drops at most kStep entries, none of them after `last_allowed`, and says how many.
absl::StatusOr<int64_t> DropSome(AccessStore& store, absl::Time time, int64_t last_allowed) {
  const EntryReader reader(store);
  ASSIGN_OR_RETURN(const Head dropped, reader.Dropped());
  ASSIGN_OR_RETURN(const Head newest, reader.Newest());
  Head last = dropped;
  rocksdb::WriteBatch batch;
  const int64_t end = std::min({newest.number, last_allowed, dropped.number + kStep});
  while (last.number < end) {
    Digest digest = last.digest;
    ASSIGN_OR_RETURN(const v1::AccessEntry entry, reader.Next(last.number + 1, digest));
    if (FromTimestamp(entry.read_time()) >= time) break;
    DeleteRows(entry, batch);
    last = {.number = entry.number(), .digest = digest};
  }
  if (last.number == dropped.number) return 0;
  CHECK(batch.Put(kDroppedKey, HeadValue(last)).ok());
  RETURN_IF_ERROR(store.CheckRoom());
  RETURN_IF_ERROR(store.Write(batch));
  return last.number - dropped.number;
}

// Forgets at most kStep reasons of the subject's entries, and says how many.
absl::StatusOr<int64_t> ForgetSome(AccessStore& store, absl::string_view subject) {
  const std::string prefix = SubjectKeys(subject);
  const std::unique_ptr<rocksdb::Iterator> rows(store.db().NewIterator(rocksdb::ReadOptions()));
  rocksdb::WriteBatch batch;
  for (rows->Seek(prefix); rows->Valid() && batch.Count() < kStep; rows->Next()) {
    if (!absl::StartsWith(ToView(rows->key()), prefix)) break;
    const std::string key = ReasonKey(NumberOfKey(ToView(rows->key())));
    std::string value;
    const rocksdb::Status status = store.db().Get(rocksdb::ReadOptions(), key, &value);
    if (status.IsNotFound()) continue;
    if (!status.ok()) return store.Unreadable(status);
    CHECK(batch.Delete(key).ok());
  }
  if (!rows->status().ok()) return store.Unreadable(rows->status());
  if (batch.Count() == 0) return 0;
  RETURN_IF_ERROR(store.CheckRoom());
  RETURN_IF_ERROR(store.Write(batch));
  return batch.Count();
}

// Until a step has nothing to do.
template <typename Step>
absl::StatusOr<int64_t> Repeat(const Step& step) {
  int64_t sum = 0;
  while (true) {
    ASSIGN_OR_RETURN(const int64_t some, step());
    if (some == 0) return sum;
    sum += some;
  }
}

}  // namespace

absl::StatusOr<int64_t> DropBefore(AccessStore& store, absl::Time time, int64_t last) {
  ASSIGN_OR_RETURN(const int64_t count, Repeat([&] { return DropSome(store, time, last); }));
  // Also if there was nothing: an earlier call may have been interrupted here.
  for (const absl::string_view rows : {kEntryRows, kReasonRows, kSubjectRows}) {
    RETURN_IF_ERROR(store.Purge(rows, EndOf(rows)));
  }
  return count;
}

absl::StatusOr<int64_t> ForgetReasons(AccessStore& store, absl::string_view subject) {
  ASSIGN_OR_RETURN(const int64_t count, Repeat([&] { return ForgetSome(store, subject); }));
  RETURN_IF_ERROR(store.Purge(kReasonRows, EndOf(kReasonRows)));
  return count;
}

}  // namespace trellis::access
