#include "eventstore/link_files.h"

#include <limits>
#include <memory>
#include <rocksdb/utilities/checkpoint.h>

namespace trellis::eventstore {

rocksdb::Status LinkFiles(rocksdb::DB& db, const std::string& directory) {
  rocksdb::Checkpoint* made = nullptr;
  const rocksdb::Status status = rocksdb::Checkpoint::Create(&db, &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (!status.ok()) return status;
  // From this size of the write-ahead log on it would be flushed instead of copied.
  constexpr uint64_t kNeverFlush = std::numeric_limits<uint64_t>::max();
  return checkpoint->CreateCheckpoint(directory, kNeverFlush);
}

}  // namespace trellis::eventstore
