#include "eventstore/torn_write.h"

#include <optional>
#include <utility>

#include "eventstore/write_ahead_log.h"

namespace trellis::eventstore {
namespace {

// The whole batches at the beginning of a log.
struct WholeBatches {
  size_t end = 0;
  // The sequence number of the first, and the one that comes after the last; 0 if there is none.
  uint64_t first_sequence = 0;
  uint64_t next_sequence = 0;
};

WholeBatches BatchesOf(const std::string& log) {
  WholeBatches whole;
  while (const std::optional<LoggedBatch> batch = BatchAt(log, whole.end)) {
    if (whole.end == 0) whole.first_sequence = batch->first_sequence();
    whole.next_sequence = batch->next_sequence();
    whole.end = batch->end;
  }
  return whole;
}

}  // namespace

rocksdb::Status FindTornLogs(rocksdb::Env& env, const std::string& directory,
                             std::vector<TornLog>& torn) {
  torn.clear();
  std::vector<std::string> logs;
  if (rocksdb::Status status = ListWriteAheadLogs(env, directory, logs); !status.ok()) {
    return status;
  }
  std::vector<TornLog> found;
  uint64_t next_sequence = 0;
  for (const std::string& path : logs) {
    std::string log;
    if (rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &log); !status.ok()) {
      return status;
    }
    const WholeBatches whole = BatchesOf(log);
    // What begins where the last whole batch ends may have a first fragment that is whole.
    if (HasBatchFrom(log, whole.end + 1)) return rocksdb::Status::OK();
    if (whole.end > 0) {
      if (!found.empty() && whole.first_sequence != next_sequence) return rocksdb::Status::OK();
      next_sequence = whole.next_sequence;
    }
    if (whole.end < log.size()) found.push_back({path, whole.end});
  }
  torn = std::move(found);
  return rocksdb::Status::OK();
}

}  // namespace trellis::eventstore
