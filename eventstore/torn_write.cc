#include "eventstore/torn_write.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "eventstore/write_ahead_log.h"

namespace trellis::eventstore {
namespace {

// Read at once: a log has up to 64 MiB, and a start needs little memory.
constexpr size_t kWindowBytes = 8 * kLogBlockBytes;

// What a log has.
struct Extent {
  uint64_t bytes = 0;
  // Of the whole batches at its beginning.
  uint64_t whole_bytes = 0;
  // The sequence number of the first of them, and the one that comes after the last; 0 if there is
  // none.
  uint64_t first_sequence = 0;
  uint64_t next_sequence = 0;
  // Whether another batch that is whole stands behind what is bad.
  bool goes_on = false;
};

rocksdb::Status ReadExtent(rocksdb::Env& env, const std::string& path, Extent& extent) {
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  rocksdb::Status status = env.NewRandomAccessFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = env.GetFileSize(path, &extent.bytes);
  // RocksDB reads no bytes with an error.
  if (!status.ok() || extent.bytes == 0) return status;
  std::string buffer;
  uint64_t begin = 0;
  for (size_t window = kWindowBytes; status.ok(); window *= 2) {
    buffer.resize(std::min<uint64_t>(window, extent.bytes - begin));
    rocksdb::Slice read;
    status = file->Read(begin, buffer.size(), &read, buffer.data());
    if (!status.ok()) break;
    const absl::string_view log(read.data(), read.size());
    size_t at = extent.whole_bytes - begin;
    while (const std::optional<LoggedBatch> batch = BatchAt(log, at)) {
      if (extent.whole_bytes == 0) extent.first_sequence = batch->first_sequence();
      extent.next_sequence = batch->next_sequence();
      at = batch->end;
      extent.whole_bytes = begin + at;
    }
    if (begin + log.size() >= extent.bytes) {
      extent.goes_on = HasBatchFrom(log, NextBatchPlace(at) + 1);
      break;
    }
    // From the next batch on; one that did not fit, or is bad, is looked at with more behind it.
    if (const uint64_t next = begin + at / kLogBlockBytes * kLogBlockBytes; next > begin) {
      begin = next;
      window = kWindowBytes / 2;
    }
  }
  return status;
}

rocksdb::Status CutUnlocked(rocksdb::Env& env, const std::string& directory) {
  std::vector<TornLog> torn;
  rocksdb::Status status = FindTornLogs(env, directory, torn);
  for (const TornLog& log : torn) {
    Log("log.torn_write_dropped",
        {{"file", log.path}, {"whole_bytes", absl::StrCat(log.whole_bytes)}});
    std::unique_ptr<rocksdb::WritableFile> file;
    status = env.ReopenWritableFile(log.path, &file, rocksdb::EnvOptions());
    if (status.ok()) status = file->Truncate(log.whole_bytes);
    if (status.ok()) status = file->Sync();
    if (status.ok()) status = file->Close();
    if (!status.ok()) return status;
  }
  return status;
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
    Extent extent;
    if (rocksdb::Status status = ReadExtent(env, path, extent); !status.ok()) return status;
    if (extent.goes_on) return rocksdb::Status::OK();
    if (extent.whole_bytes > 0) {
      if (!found.empty() && extent.first_sequence != next_sequence) return rocksdb::Status::OK();
      next_sequence = extent.next_sequence;
    }
    if (extent.whole_bytes < extent.bytes) found.push_back({path, extent.whole_bytes});
  }
  torn = std::move(found);
  return rocksdb::Status::OK();
}

rocksdb::Status CutTornLogs(rocksdb::Env& env, const std::string& directory) {
  rocksdb::FileLock* lock = nullptr;
  rocksdb::Status status = env.LockFile(directory + "/LOCK", &lock);
  if (!status.ok()) return status;
  status = CutUnlocked(env, directory);
  env.UnlockFile(lock).PermitUncheckedError();
  return status;
}

}  // namespace trellis::eventstore
