// Tells a write that a power cut tore from damage of what was written before.
#pragma once

#include <cstdint>
#include <rocksdb/env.h>
#include <string>
#include <vector>

namespace trellis::eventstore {

// A write-ahead log, and how many of its bytes are whole batches from its beginning.
struct TornLog {
  std::string path;
  uint64_t whole_bytes = 0;
};

// RocksDB opens no write-ahead log with a bad record, unless the record merely ends too early. But
// a file can have got its length before its bytes, so that what a power cut tore has zeros or old
// bytes in it. Each group is synced before the next is written: only the last batch before a power
// cut can be torn, and nobody was told of it.
//
// Finds in `directory`, of a database that is not open, the logs that are torn at their end: what
// follows their whole batches can be cut off. Finds none if a whole batch stands behind what is
// bad, or a later log goes on with another batch than the next: that was synced, and damaged later.
//
// What is torn has to be cut off at each start, also where RocksDB would open it: it leaves a log
// that merely ends too early as it is, and begins another one, and then nobody can tell later
// whether the first was damaged.
rocksdb::Status FindTornLogs(rocksdb::Env& env, const std::string& directory,
                             std::vector<TornLog>& torn);

// Cuts what FindTornLogs finds off the files, synced, and logs what it cut. Holds the database's
// lock meanwhile, since another process may be writing what looks torn: the error of that if one
// has it.
rocksdb::Status CutTornLogs(rocksdb::Env& env, const std::string& directory);

}  // namespace trellis::eventstore
