#include "queue/queue_store.h"

#include <google/protobuf/message_lite.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/link_files.h"

namespace trellis::queue {
namespace {

constexpr char kFormatKey[] = "format";
// Rows are few and small, and written again and again.
constexpr size_t kCacheBytes = 8 << 20;
constexpr size_t kMemtableBytes = 8 << 20;

rocksdb::Slice SliceOf(absl::string_view view) { return {view.data(), view.size()}; }
absl::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "QUEUE_UNREADABLE",
               absl::StrCat("queue: ", status.ToString()), {{"cause", status.ToString()}});
}

rocksdb::Options StoreOptions(rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kMemtableBytes;
  options.allow_concurrent_memtable_write = false;
  options.max_open_files = 64;
  // Only a torn tail may go: what was synced stays, or the store is not opened.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.stats_dump_period_sec = 0;
  options.compression = rocksdb::kLZ4Compression;
  return options;
}

}  // namespace

std::string NumberBytes(uint64_t number) {
  std::string bytes(sizeof(number), '\0');
  for (size_t i = sizeof(number); i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number);
  return bytes;
}

uint64_t NumberAtEnd(absl::string_view bytes) {
  uint64_t number = 0;
  if (bytes.size() < sizeof(number)) return 0;
  for (const char byte : bytes.substr(bytes.size() - sizeof(number))) {
    number = number << 8 | static_cast<uint8_t>(byte);
  }
  return number;
}

std::string DeadLetterRows(absl::string_view topic) {
  return absl::StrCat("dead/", topic, absl::string_view("\0", 1));
}

void Batch::Put(absl::string_view key, absl::string_view value) {
  CHECK(batch_.Put(SliceOf(key), SliceOf(value)).ok());
}

void Batch::Put(absl::string_view key, const google::protobuf::MessageLite& value) {
  Put(key, value.SerializeAsString());
}

void Batch::Delete(absl::string_view key) { CHECK(batch_.Delete(SliceOf(key)).ok()); }

QueueStore::QueueStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
QueueStore::~QueueStore() = default;

absl::StatusOr<std::unique_ptr<QueueStore>> QueueStore::Open(const std::string& directory,
                                                             rocksdb::Env* env) {
  rocksdb::DB* db = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(StoreOptions(env), directory, &db)));
  auto store = std::unique_ptr<QueueStore>(new QueueStore(std::unique_ptr<rocksdb::DB>(db)));
  ASSIGN_OR_RETURN(const std::optional<std::string> format, store->Find(kFormatKey));
  if (!format.has_value()) {
    Batch batch;
    batch.Put(kFormatKey, kQueueFormat);
    RETURN_IF_ERROR(store->Write(batch, /*synced=*/true));
  } else if (*format != kQueueFormat) {
    return Error(absl::StatusCode::kFailedPrecondition, "FORMAT_TOO_NEW",
                 absl::StrCat("queue ", directory, " has format ", *format, ", want ", kQueueFormat,
                              ": use the program that wrote it"),
                 {{"format", *format}});
  }
  return store;
}

absl::Status QueueStore::Write(Batch& batch, bool synced) {
  MutexLock lock(mutex_);
  // After a failed write RocksDB takes none until it is told to go on. What was not written is
  // known to nobody, and is written again.
  if (failed_) RETURN_IF_ERROR(FromRocks(db_->Resume()));
  rocksdb::WriteOptions options;
  options.sync = synced;
  const rocksdb::Status written = db_->Write(options, &batch.batch_);
  failed_ = !written.ok();
  return FromRocks(written);
}

absl::Status QueueStore::LinkTo(const std::string& directory) const {
  RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions())));
  return FromRocks(eventstore::LinkFiles(*db_, directory));
}

absl::StatusOr<std::optional<std::string>> QueueStore::Find(absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), SliceOf(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocks(status));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<bool> QueueStore::Find(absl::string_view key,
                                      google::protobuf::MessageLite& message) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, Find(key));
  if (!row.has_value()) return false;
  RETURN_IF_ERROR(ParseRow(key, *row, message));
  return true;
}

absl::Status QueueStore::Scan(
    absl::string_view prefix, absl::string_view from,
    const std::function<bool(absl::string_view, absl::string_view)>& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (it->Seek(SliceOf(from.empty() ? prefix : from)); it->Valid(); it->Next()) {
    if (!absl::StartsWith(ViewOf(it->key()), prefix)) break;
    if (!visit(ViewOf(it->key()), ViewOf(it->value()))) break;
  }
  return FromRocks(it->status());
}

absl::Status ParseRow(absl::string_view key, absl::string_view bytes,
                      google::protobuf::MessageLite& message) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "QUEUE_DAMAGED",
               absl::StrCat("queue: row ", key, " of ", bytes.size(), " bytes is no ",
                            message.GetTypeName()),
               {{"row", std::string(key)}});
}

}  // namespace trellis::queue
