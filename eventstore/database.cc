#include "eventstore/database.h"

#include <algorithm>
#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/database_options.h"
#include "eventstore/keys.h"
#include "eventstore/link_files.h"
#include "eventstore/torn_write.h"

namespace trellis::eventstore {
namespace {

// A person who makes room takes minutes, a compaction seconds.
constexpr absl::Duration kRetryWhenFull = absl::Seconds(10);

constexpr size_t kScanReadaheadBytes = size_t{1} << 20;

std::string OneLine(const rocksdb::Status& status) {
  return absl::StrReplaceAll(status.ToString(), {{"\n", " "}, {"\r", " "}});
}

// RocksDB says by text alone that a lock is held: by another process, or by this one.
bool IsLockHeld(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (absl::StrContains(text, "While lock file") ||
                                absl::StrContains(text, "lock hold by current process"));
}

// Whether another process holds the lock on this file; asking takes no lock.
bool IsLocked(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(file);
  return locked;
}

absl::Status InUse(absl::string_view directory) {
  return Error(absl::StatusCode::kFailedPrecondition, "LOG_IN_USE",
               absl::StrCat("log ", directory, " is open in another process"),
               {{"directory", std::string(directory)}});
}

absl::Status TooNew(absl::string_view directory, absl::string_view got) {
  return Error(
      absl::StatusCode::kFailedPrecondition, "FORMAT_TOO_NEW",
      absl::StrCat("log ", directory, " has ", got, ", want format ", kFormatVersion, " or older"),
      {{"directory", std::string(directory)}});
}

absl::Status LedgerMismatch(absl::string_view directory, absl::string_view got,
                            absl::string_view want) {
  return Error(absl::StatusCode::kFailedPrecondition, "LEDGER_MISMATCH",
               absl::StrCat("log ", directory, " holds ledger \"", got, "\", want \"", want, "\""),
               {{"directory", std::string(directory)},
                {"ledger", std::string(got)},
                {"expected", std::string(want)}});
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families(const EventLogOptions& options) {
  const FamilyOptions families(options);
  return {{rocksdb::kDefaultColumnFamilyName, families.Ranges()},
          {"log", families.Ranges()},
          {"streams", families.Lookups()},
          {"requests", families.Lookups()},
          {"tiles", families.Ranges()},
          {"meta", families.Ranges()}};
}

}  // namespace

Database::Database(const EventLogOptions& options)
    : directory_(options.directory), spare_bytes_(options.spare_bytes) {}

Database::~Database() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* const handle : handles_) {
    CHECK(db_->DestroyColumnFamilyHandle(handle).ok());
  }
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const EventLogOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  RETURN_IF_ERROR(database->OpenFamilies(options));
  ASSIGN_OR_RETURN(const bool formatted, database->CheckMeta(options.ledger));
  if (!formatted) RETURN_IF_ERROR(database->WriteMeta(options.ledger));
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenReadOnly(const EventLogOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  RETURN_IF_ERROR(database->OpenFamiliesReadOnly(options));
  ASSIGN_OR_RETURN(const bool formatted, database->CheckMeta(options.ledger));
  if (!formatted) return database->Damaged("it has no format number");
  return database;
}

absl::Status Database::OpenFamilies(const EventLogOptions& options) {
  const rocksdb::DBOptions db_options = DatabaseOptions(options);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = Families(options);
  CHECK(families.size() == kFamilies);

  // Before RocksDB's own attempt, which would say less about what is wrong.
  rocksdb::Status status = db_options.env->CreateDirIfMissing(directory_);
  if (!status.ok()) return Unreadable(status);
  RETURN_IF_ERROR(CheckPresent(db_options, families));

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  status = CutTornLogs(*db_options.env, directory_);
  if (status.ok()) status = rocksdb::DB::Open(db_options, directory_, families, &handles, &db);
  return Opened(status, db, handles);
}

absl::Status Database::OpenFamiliesReadOnly(const EventLogOptions& options) {
  if (IsLocked(directory_ + "/LOCK")) return InUse(directory_);
  const rocksdb::DBOptions db_options = DatabaseOptions(options);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = Families(options);
  RETURN_IF_ERROR(CheckPresent(db_options, families));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(db_options, directory_, families, &handles, &db);
  std::vector<TornLog> torn;
  if (status.IsCorruption() && FindTornLogs(*db_options.env, directory_, torn).ok() &&
      !torn.empty()) {
    return Damaged(absl::StrCat("the end of ", torn.back().path,
                                " is torn, as by a power cut: a start for writing drops it"));
  }
  return Opened(status, db, handles);
}

absl::Status Database::Opened(const rocksdb::Status& status, rocksdb::DB* db,
                              const std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
  if (IsLockHeld(status)) return InUse(directory_);
  if (!status.ok()) return Unreadable(status);
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  return absl::OkStatus();
}

absl::Status Database::CheckPresent(
    const rocksdb::DBOptions& db_options,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families) const {
  std::vector<std::string> names;
  rocksdb::Status status = db_options.env->GetChildren(directory_, &names);
  if (!status.ok()) return Unreadable(status);
  if (std::find(names.begin(), names.end(), "CURRENT") == names.end()) {
    // RocksDB would begin a new database here and delete what is left of the old one.
    for (const std::string& name : names) {
      if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log")) {
        return Damaged(absl::StrCat("it holds ", name, " and no CURRENT"));
      }
    }
    return absl::OkStatus();
  }
  std::vector<std::string> present;
  status = rocksdb::DB::ListColumnFamilies(db_options, directory_, &present);
  if (!status.ok()) return Unreadable(status);
  for (const std::string& name : present) {
    const bool known = std::any_of(families.begin(), families.end(),
                                   [&](const auto& family) { return family.name == name; });
    if (!known) return TooNew(directory_, absl::StrCat("column family ", name));
  }
  return absl::OkStatus();
}

absl::Status Database::WriteMeta(absl::string_view ledger) {
  const std::unique_ptr<rocksdb::Iterator> records(db_->NewIterator(rocksdb::ReadOptions(), log()));
  records->SeekToFirst();
  if (!records->status().ok()) return Unreadable(records->status());
  if (records->Valid()) return Damaged("it holds records and no format number");
  std::string version;
  AppendBigEndian(kFormatVersion, version);
  // One batch: after a crash there is all of it or none.
  rocksdb::WriteBatch batch;
  CHECK(batch.Put(handles_[kMeta], kFormatKey, version).ok());
  CHECK(batch.Put(handles_[kMeta], kLedgerKey, ToSlice(ledger)).ok());
  rocksdb::WriteOptions write;
  write.sync = true;
  const rocksdb::Status status = db_->Write(write, &batch);
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::StatusOr<bool> Database::CheckMeta(absl::string_view ledger) const {
  rocksdb::ColumnFamilyHandle* const meta = handles_[kMeta];
  rocksdb::PinnableSlice format;
  ASSIGN_OR_RETURN(const bool formatted, Get(meta, kFormatKey, format));
  if (!formatted) return false;
  if (format.size() != sizeof(kFormatVersion)) {
    return Damaged(absl::StrCat("format number of ", format.size(), " bytes, want 8"));
  }
  const uint64_t version = LoadBigEndian<uint64_t>(format.data());
  if (version > kFormatVersion) return TooNew(directory_, absl::StrCat("format ", version));
  rocksdb::PinnableSlice name;
  ASSIGN_OR_RETURN(const bool named, Get(meta, kLedgerKey, name));
  if (!named) return Damaged("it has a format number and no ledger name");
  if (ToView(name) != ledger) {
    // Of a damaged disk it may be any bytes.
    return LedgerMismatch(directory_, absl::CHexEscape(ToView(name)), ledger);
  }
  return true;
}

absl::StatusOr<bool> Database::Get(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                                   rocksdb::PinnableSlice& value) const {
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), family, key, &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return Unreadable(status);
  return true;
}

absl::Status Database::Scan(
    rocksdb::ColumnFamilyHandle* family,
    absl::FunctionRef<void(absl::string_view, absl::string_view)> visit) const {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = kScanReadaheadBytes;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(read, family));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    visit(ToView(rows->key()), ToView(rows->value()));
  }
  return rows->status().ok() ? absl::OkStatus() : Unreadable(rows->status());
}

absl::Status Database::VerifyFiles() const {
  rocksdb::ReadOptions read;
  read.readahead_size = kScanReadaheadBytes;
  const rocksdb::Status status = db_->VerifyFileChecksums(read);
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::Status Database::Flush() const {
  const rocksdb::Status status =
      db_->Flush(rocksdb::FlushOptions(), {handles_.begin(), handles_.end()});
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::Status Database::LinkTo(const std::string& directory) const {
  const rocksdb::Status status = LinkFiles(*db_, directory);
  return status.ok() ? absl::OkStatus() : Unreadable(status);
}

absl::Status Database::CheckRoom() const {
  uint64_t free = 0;
  if (!db_->GetEnv()->GetFreeSpace(directory_, &free).ok() || free >= spare_bytes_) {
    return absl::OkStatus();
  }
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "DISK_FULL",
            absl::StrCat("the disk of log ", directory_, " has ", free, " bytes free, want ",
                         spare_bytes_, ": nothing is recorded until there is room"),
            {{"directory", directory_}, {"free_bytes", absl::StrCat(free)}}),
      kRetryWhenFull);
}

void Database::Freeze() { rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/false); }

absl::Status Database::Unreadable(const rocksdb::Status& status) const {
  if (status.IsCorruption()) return Damaged(OneLine(status));
  return Error(absl::StatusCode::kUnavailable, "LOG_UNREADABLE",
               absl::StrCat("log ", directory_, ": ", OneLine(status)),
               {{"directory", directory_}});
}

absl::Status Database::Damaged(absl::string_view what) const {
  return Error(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
               absl::StrCat("log ", directory_, " is damaged: ", what),
               {{"directory", directory_}});
}

}  // namespace trellis::eventstore
