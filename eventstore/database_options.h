// How RocksDB is set up for the log, and why.
#pragma once

#include <memory>
#include <rocksdb/options.h>

#include "eventstore/event_log.h"

namespace trellis::eventstore {

rocksdb::DBOptions DatabaseOptions(const EventLogOptions& options);

// Makes the options of the column families of one database, which share a cache.
class FamilyOptions {
 public:
  explicit FamilyOptions(const EventLogOptions& options);

  // For keys that are always there when they are asked for, read in ranges.
  rocksdb::ColumnFamilyOptions Ranges() const;
  // For keys that are mostly not there when they are asked for.
  rocksdb::ColumnFamilyOptions Lookups() const;

 private:
  rocksdb::ColumnFamilyOptions Common() const;

  const size_t memtable_bytes_;
  const std::shared_ptr<rocksdb::Cache> cache_;
};

}  // namespace trellis::eventstore
