// A copy of a RocksDB that takes no room, as long as both are there.
#pragma once

#include <rocksdb/db.h>
#include <string>

namespace trellis::eventstore {

// Makes `directory`, which is not there yet and has the same disk, with hard links to the
// database's files that do not change any more and copies of the others. What was written before is
// in it, and of what is written meanwhile a beginning. Nothing is flushed.
rocksdb::Status LinkFiles(rocksdb::DB& db, const std::string& directory);

}  // namespace trellis::eventstore
