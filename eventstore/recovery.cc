#include "eventstore/recovery.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "eventstore/keys.h"
#include "eventstore/log_reader.h"
#include "eventstore/record_format.h"

namespace trellis::eventstore {
namespace {

// One batch wrote the record and its index entries: either all are there or the log is damaged.
absl::Status CheckIndexes(const Database& database, const Header& header) {
  rocksdb::PinnableSlice value;
  if (!IsStreamName(header.stream)) {
    return database.Damaged(absl::StrCat("position ", header.position, " has no stream"));
  }
  ASSIGN_OR_RETURN(
      const bool indexed,
      database.Get(database.streams(), StreamKey(header.stream, header.revision).slice(), value));
  if (!indexed || ParsePosition(value) != header.position) {
    return database.Damaged(
        absl::StrCat("position ", header.position, " is not in the index of streams"));
  }
  ASSIGN_OR_RETURN(const std::optional<KnownRequest> request,
                   LookUpRequest(database, header.origin.request_id));
  if (!request.has_value() || request->first_position != header.commit_first ||
      request->last_position != header.position) {
    return database.Damaged(
        absl::StrCat("position ", header.position, " is not in the index of requests"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogEnd> FindEnd(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> records(
      database.db().NewIterator(rocksdb::ReadOptions(), database.log()));
  records->SeekToLast();
  if (!records->status().ok()) return database.Unreadable(records->status());
  if (!records->Valid()) return LogEnd{};
  Record record;
  if (absl::Status status = DecodeRecord(ToView(records->value()), record); !status.ok()) {
    return database.Damaged(absl::StrCat("its last ", status.message()));
  }
  const Header& header = record.header;
  if (ParsePosition(records->key()) != header.position) {
    return database.Damaged(
        absl::StrCat("its last record is of position ", header.position, ", its key is not"));
  }
  if (header.position != header.commit_first + header.commit_size - 1) {
    return database.Damaged(absl::StrCat("its last record, position ", header.position,
                                         ", is not the last of its commit of ", header.commit_size,
                                         " from ", header.commit_first));
  }
  RETURN_IF_ERROR(CheckIndexes(database, header));
  return LogEnd{header.position, header.recorded_at};
}

}  // namespace trellis::eventstore
