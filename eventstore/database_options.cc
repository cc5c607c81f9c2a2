#include "eventstore/database_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

namespace trellis::eventstore {
namespace {

// Blocks, their indexes and filters: 2.5 MiB of filters for a million events, the rest for blocks.
constexpr size_t kCacheBytes = size_t{64} << 20;
constexpr int kOpenFilesMax = 256;
constexpr size_t kInfoLogBytes = size_t{1} << 20;
constexpr double kBloomBitsPerKey = 10;

// RocksDB would wait for room on the disk, and then go on. Only a compaction may: nothing is lost
// with its output.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = reason == rocksdb::BackgroundErrorReason::kCompaction;
  }
};

}  // namespace

rocksdb::DBOptions DatabaseOptions(const EventLogOptions& options) {
  rocksdb::DBOptions db;
  if (options.env != nullptr) db.env = options.env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  // Only a torn tail, which nobody was told of, may go. The default would drop acknowledged events
  // after the first bad record without a word.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.paranoid_checks = true;
  // Lets whole files be verified later; files written without it would never have one.
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  // One thread writes: rows that follow each other need no search for their place.
  db.allow_concurrent_memtable_write = false;
  // A start replays at most this much. A family that is written seldom would pin old logs.
  db.max_total_wal_size = 2 * options.memtable_bytes;
  db.db_write_buffer_size = 3 * options.memtable_bytes;
  db.avoid_flush_during_recovery = true;
  // Finite, so that a start does not open every file.
  db.max_open_files = kOpenFilesMax;
  // What follows a failed write is known after a restart only: never carry on by itself.
  db.max_bgerror_resume_count = 0;
  db.listeners.push_back(std::make_shared<NoRecovery>());
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.max_log_file_size = kInfoLogBytes;
  db.keep_log_file_num = 2;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

FamilyOptions::FamilyOptions(const EventLogOptions& options)
    : memtable_bytes_(options.memtable_bytes), cache_(rocksdb::NewLRUCache(kCacheBytes)) {}

rocksdb::ColumnFamilyOptions FamilyOptions::Common() const {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = memtable_bytes_;
  // The same on every level, or files could not be moved down as they are.
  family.compression = rocksdb::kLZ4Compression;
  return family;
}

rocksdb::ColumnFamilyOptions FamilyOptions::Ranges() const {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache_;
  table.cache_index_and_filter_blocks = true;
  table.block_size = 16 * 1024;
  rocksdb::ColumnFamilyOptions family = Common();
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

rocksdb::ColumnFamilyOptions FamilyOptions::Lookups() const {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache_;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.whole_key_filtering = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  rocksdb::ColumnFamilyOptions family = Common();
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Keys come in no order: a small memtable stays in the processor's cache.
  family.write_buffer_size = memtable_bytes_ / 8;
  family.memtable_whole_key_filtering = true;
  family.memtable_prefix_bloom_size_ratio = 0.02;
  return family;
}

}  // namespace trellis::eventstore
