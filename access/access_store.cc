#include "access/access_store.h"

#include <algorithm>
#include <rocksdb/convenience.h>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/database_options.h"
#include "eventstore/link_files.h"
#include "eventstore/torn_write.h"

namespace trellis::access {
namespace {

constexpr char kFormatKey[] = "format";
constexpr char kLedgerKey[] = "ledger";
// Some 15,000 entries; a start reads up to twice as much.
constexpr size_t kMemtableBytes = size_t{4} << 20;
// A person who makes room takes minutes, a compaction seconds.
constexpr absl::Duration kRetryWhenFull = absl::Seconds(10);

std::string NumberBytes(int64_t number) {
  std::string bytes;
  eventstore::AppendBigEndian(static_cast<uint64_t>(number), bytes);
  return bytes;
}

std::string OneLine(const rocksdb::Status& status) {
  return absl::StrReplaceAll(status.ToString(), {{"\n", " "}, {"\r", " "}});
}

}  // namespace

std::string EntryKey(int64_t number) { return absl::StrCat(kEntryRows, NumberBytes(number)); }
std::string ReasonKey(int64_t number) { return absl::StrCat(kReasonRows, NumberBytes(number)); }
std::string SubjectKeys(absl::string_view subject) {
  return absl::StrCat(kSubjectRows, subject, absl::string_view("\0", 1));
}
std::string SubjectKey(absl::string_view subject, int64_t number) {
  return absl::StrCat(SubjectKeys(subject), NumberBytes(number));
}

int64_t NumberOfKey(absl::string_view key) {
  if (key.size() < sizeof(uint64_t)) return 0;
  const char* const bytes = key.data() + key.size() - sizeof(uint64_t);
  return static_cast<int64_t>(eventstore::LoadBigEndian<uint64_t>(bytes));
}

std::string HeadValue(const Head& head) {
  return absl::StrCat(NumberBytes(head.number), AsBytes(head.digest));
}

Head ParseHead(absl::string_view value) {
  Head head{.number = -1, .digest = {}};
  if (value.size() != sizeof(uint64_t) + head.digest.size()) return head;
  head.number = NumberOfKey(value.substr(0, sizeof(uint64_t)));
  std::copy_n(value.data() + sizeof(uint64_t), head.digest.size(), head.digest.begin());
  return head;
}

absl::StatusOr<std::unique_ptr<AccessStore>> AccessStore::Open(const AccessStoreOptions& options) {
  std::unique_ptr<AccessStore> store(new AccessStore(options));
  RETURN_IF_ERROR(store->OpenDatabase());
  RETURN_IF_ERROR(store->CheckMeta());
  return store;
}

absl::StatusOr<std::unique_ptr<AccessStore>> AccessStore::OpenReadOnly(
    const AccessStoreOptions& options) {
  std::unique_ptr<AccessStore> store(new AccessStore(options));
  RETURN_IF_ERROR(store->OpenDatabaseReadOnly());
  std::string format;
  const rocksdb::Status status = store->db_->Get(rocksdb::ReadOptions(), kFormatKey, &format);
  if (status.IsNotFound()) return store->Damaged("it has no format");
  if (!status.ok()) return store->Unreadable(status);
  RETURN_IF_ERROR(store->CheckMetaIs(format));
  return store;
}

rocksdb::Options AccessStore::Options() const {
  // The log's options: this store must lose nothing that was synced either, nor go on by itself
  // after a write that failed.
  eventstore::EventLogOptions log;
  log.env = options_.env;
  log.memtable_bytes = kMemtableBytes;
  return {eventstore::DatabaseOptions(log), eventstore::FamilyOptions(log).Ranges()};
}

absl::Status AccessStore::OpenDatabaseReadOnly() {
  const rocksdb::Options options = Options();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(options, options_.directory, &db, /*error_if_wal_exists=*/false);
  if (!status.ok()) return Unreadable(status);
  db_.reset(db);
  return absl::OkStatus();
}

absl::Status AccessStore::OpenDatabase() {
  const rocksdb::Options options = Options();
  rocksdb::Status status = options.env->CreateDirIfMissing(options_.directory);
  if (!status.ok()) return Unreadable(status);
  RETURN_IF_ERROR(CheckPresent(*options.env));
  status = eventstore::CutTornLogs(*options.env, options_.directory);
  rocksdb::DB* db = nullptr;
  if (status.ok()) status = rocksdb::DB::Open(options, options_.directory, &db);
  if (!status.ok()) return Unreadable(status);
  db_.reset(db);
  return absl::OkStatus();
}

absl::Status AccessStore::CheckPresent(rocksdb::Env& env) const {
  std::vector<std::string> names;
  const rocksdb::Status status = env.GetChildren(options_.directory, &names);
  if (!status.ok()) return Unreadable(status);
  if (std::find(names.begin(), names.end(), "CURRENT") != names.end()) return absl::OkStatus();
  // RocksDB would begin a new database here and delete what is left of the old one.
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log")) {
      return Damaged(absl::StrCat("it holds ", name, " and no CURRENT"));
    }
  }
  return absl::OkStatus();
}

absl::Status AccessStore::CheckMeta() {
  std::string format;
  rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), kFormatKey, &format);
  if (status.IsNotFound()) {
    const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(rocksdb::ReadOptions()));
    rows->SeekToFirst();
    if (!rows->status().ok()) return Unreadable(rows->status());
    if (rows->Valid()) return Damaged("it holds rows and no format");
    rocksdb::WriteBatch batch;
    CHECK(batch.Put(kFormatKey, kAccessFormat).ok());
    CHECK(batch.Put(kLedgerKey, options_.ledger).ok());
    return Write(batch);
  }
  if (!status.ok()) return Unreadable(status);
  return CheckMetaIs(format);
}

absl::Status AccessStore::CheckMetaIs(const std::string& format) const {
  if (format != kAccessFormat) {
    return Error(absl::StatusCode::kFailedPrecondition, "FORMAT_TOO_NEW",
                 absl::StrCat("access log ", options_.directory, " has format ",
                              absl::CHexEscape(format), ", want ", kAccessFormat),
                 {{"directory", options_.directory}});
  }
  std::string ledger;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), kLedgerKey, &ledger);
  if (status.IsNotFound()) return Damaged("it has a format and no ledger");
  if (!status.ok()) return Unreadable(status);
  if (ledger == options_.ledger) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "LEDGER_MISMATCH",
               absl::StrCat("access log ", options_.directory, " is of ledger \"",
                            absl::CHexEscape(ledger), "\", want \"", options_.ledger, "\""),
               {{"directory", options_.directory}, {"expected", options_.ledger}});
}

absl::Status AccessStore::CheckRoom() const {
  uint64_t free = 0;
  if (!db_->GetEnv()->GetFreeSpace(options_.directory, &free).ok() ||
      free >= options_.spare_bytes) {
    return absl::OkStatus();
  }
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "DISK_FULL",
            absl::StrCat("the disk of access log ", options_.directory, " has ", free,
                         " bytes free, want ", options_.spare_bytes),
            {{"directory", options_.directory}, {"free_bytes", absl::StrCat(free)}}),
      kRetryWhenFull);
}

absl::Status AccessStore::Write(rocksdb::WriteBatch& batch) {
  MutexLock lock(mutex_);
  if (!failure_.ok()) return failure_;
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = db_->Write(options, &batch);
  if (written.ok()) return absl::OkStatus();
  rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/false);
  failure_ = Error(absl::StatusCode::kUnavailable, "ACCESS_LOG_FAILED",
                   absl::StrCat("access log ", options_.directory,
                                ": a write failed, no more until a restart: ", OneLine(written)),
                   {{"directory", options_.directory}});
  Log("access.failed", {{"directory", options_.directory}, {"cause", OneLine(written)}});
  return failure_;
}

absl::Status AccessStore::Purge(absl::string_view begin, absl::string_view end) {
  // The write-ahead log goes with what is in memory.
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
  if (!status.ok()) return Unreadable(status);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice first = ToSlice(begin);
  const rocksdb::Slice last = ToSlice(end);
  status = db_->CompactRange(options, &first, &last);
  // Files that came beside another job are kept until a later one ends: none is running now, and
  // this looks through all of them.
  if (status.ok()) status = db_->PauseBackgroundWork();
  if (status.ok()) status = db_->ContinueBackgroundWork();
  if (status.ok()) status = db_->DisableFileDeletions();
  if (status.ok()) status = db_->EnableFileDeletions(/*force=*/false);
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::Status AccessStore::LinkTo(const std::string& directory) {
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
  // A write-ahead log that is copied while it grows would end in the middle of a write.
  MutexLock lock(mutex_);
  if (status.ok()) status = eventstore::LinkFiles(*db_, directory);
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::Status AccessStore::Unreadable(const rocksdb::Status& status) const {
  if (status.IsCorruption()) return Damaged(OneLine(status));
  return Error(absl::StatusCode::kUnavailable, "ACCESS_LOG_UNREADABLE",
               absl::StrCat("access log ", options_.directory, ": ", OneLine(status)),
               {{"directory", options_.directory}});
}

absl::Status AccessStore::Damaged(absl::string_view what) const {
  return Error(absl::StatusCode::kDataLoss, "ACCESS_LOG_DAMAGED",
               absl::StrCat("access log ", options_.directory, " is damaged: ", what),
               {{"directory", options_.directory}});
}

}  // namespace trellis::access
