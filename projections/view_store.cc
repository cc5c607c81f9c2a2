#include "projections/view_store.h"

#include <algorithm>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::projections {
namespace {

// Keys of rows begin with a lower-case letter; these two begin with an upper-case one.
constexpr char kPositionKey[] = "Position";
constexpr char kVersionKey[] = "Version";
// Enough for the rows of the plans that are open at a time.
constexpr size_t kBlockCacheBytes = 32 << 20;
constexpr size_t kMemtableBytes = 32 << 20;

rocksdb::Slice SliceOf(absl::string_view view) { return {view.data(), view.size()}; }
absl::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "VIEWS_UNREADABLE",
               absl::StrCat("views: ", status.ToString()), {{"cause", status.ToString()}});
}

rocksdb::Options StoreOptions(rocksdb::Env* env = nullptr) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kMemtableBytes;
  // One thread writes: rows that follow each other need no search for their place.
  options.allow_concurrent_memtable_write = false;
  options.max_write_buffer_number = 2;
  options.max_open_files = 256;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.stats_dump_period_sec = 0;
  options.compression = rocksdb::kLZ4Compression;
  // Rows of one plan are mostly newer ones of the same key: merging few files writes them again for
  // nothing. A read asks the Bloom filters of those that wait.
  options.level0_file_num_compaction_trigger = 8;
  return options;
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDb(const std::string& directory,
                                                    rocksdb::Env* env) {
  rocksdb::DB* db = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(StoreOptions(env), directory, &db)));
  return std::unique_ptr<rocksdb::DB>(db);
}

}  // namespace

ViewStore::ViewStore(std::unique_ptr<rocksdb::DB> db)
    : db_(std::move(db)), batch_(std::make_unique<rocksdb::WriteBatch>()) {}
ViewStore::~ViewStore() = default;

absl::StatusOr<std::unique_ptr<ViewStore>> ViewStore::Open(const std::string& directory,
                                                           const std::string& version,
                                                           rocksdb::Env* env) {
  ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenDb(directory, env));
  std::string found;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), kVersionKey, &found);
  if (!status.ok() && !status.IsNotFound()) return FromRocks(status);
  if (found != version) {
    if (!found.empty()) {
      db.reset();
      RETURN_IF_ERROR(FromRocks(rocksdb::DestroyDB(directory, StoreOptions(env))));
      ASSIGN_OR_RETURN(db, OpenDb(directory, env));
    }
    RETURN_IF_ERROR(FromRocks(db->Put(rocksdb::WriteOptions(), kVersionKey, version)));
  }
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(db)));
}

absl::StatusOr<std::unique_ptr<ViewStore>> ViewStore::OpenReadOnly(const std::string& directory) {
  rocksdb::DB* raw = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::OpenForReadOnly(StoreOptions(), directory, &raw)));
  std::unique_ptr<rocksdb::DB> db(raw);
  RETURN_IF_ERROR(FromRocks(db->VerifyChecksum()));
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(db)));
}

absl::StatusOr<std::string> ViewStore::Version() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> version, Find(kVersionKey));
  return version.value_or("");
}

absl::StatusOr<uint64_t> ViewStore::Position() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> text, Find(kPositionKey));
  uint64_t position = 0;
  if (!text.has_value()) return position;
  if (absl::SimpleAtoi(*text, &position)) return position;
  return Error(absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
               "views: the position is no number; delete the directory of the views");
}

absl::Status ViewStore::Write(const Rows& rows, uint64_t position) {
  return WriteBatch(rows, position, /*logged=*/true);
}

absl::Status ViewStore::WriteUnlogged(const Rows& rows, uint64_t position) {
  return WriteBatch(rows, position, /*logged=*/false);
}

absl::Status ViewStore::Flush() {
  batch_ = std::make_unique<rocksdb::WriteBatch>();
  return FromRocks(db_->Flush(rocksdb::FlushOptions()));
}

absl::Status ViewStore::WriteBatch(const Rows& rows, uint64_t position, bool logged) {
  rocksdb::WriteBatch& batch = *batch_;
  batch.Clear();
  // In order, each row goes into the memtable right behind the one before, without a search.
  std::vector<const Rows::value_type*> ordered;
  ordered.reserve(rows.size());
  for (const auto& row : rows) ordered.push_back(&row);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* row : ordered) RETURN_IF_ERROR(FromRocks(batch.Put(row->first, row->second)));
  RETURN_IF_ERROR(FromRocks(batch.Put(kPositionKey, absl::StrCat(position))));
  // After a failed write RocksDB takes none until it is told to go on. These rows can be had again,
  // so there is nothing to lose by that.
  if (failed_) RETURN_IF_ERROR(FromRocks(db_->Resume()));
  rocksdb::WriteOptions options;
  options.disableWAL = !logged;
  const rocksdb::Status written = db_->Write(options, &batch);
  failed_ = !written.ok();
  return FromRocks(written);
}

absl::StatusOr<std::optional<std::string>> ViewStore::Find(absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), SliceOf(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocks(status));
  return std::optional<std::string>(std::move(value));
}

absl::Status ViewStore::Scan(
    absl::string_view prefix, absl::string_view from,
    const std::function<bool(absl::string_view, absl::string_view)>& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (it->Seek(SliceOf(from.empty() ? prefix : from)); it->Valid(); it->Next()) {
    if (!absl::StartsWith(ViewOf(it->key()), prefix)) break;
    if (!visit(ViewOf(it->key()), ViewOf(it->value()))) break;
  }
  return FromRocks(it->status());
}

}  // namespace trellis::projections
