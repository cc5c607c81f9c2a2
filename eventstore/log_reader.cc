#include "eventstore/log_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"

namespace trellis::eventstore {
namespace {

// An iterator keeps the files that it began with; a long read lets go of them once a page.
constexpr Position kPageRecords = 4096;
// A page of at least this many records is read ahead; a shorter one would read what it never needs.
constexpr Position kReadaheadRecords = 256;
constexpr size_t kReadaheadBytes = size_t{256} << 10;
constexpr size_t kMultiGetRecords = 64;

absl::Status BadPosition(absl::string_view reason, Position position, absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, reason, absl::StrCat("position ", position, ": ", what),
               {{"position", absl::StrCat(position)}});
}

absl::Status DecodeAt(Position position, const rocksdb::Slice& bytes, Record& record) {
  const absl::Status decoded = DecodeRecord(ToView(bytes), record);
  if (!decoded.ok()) return BadPosition("RECORD_DAMAGED", position, decoded.message());
  if (record.header.position != position) {
    return BadPosition("RECORD_DAMAGED", position,
                       absl::StrCat("holds the record of position ", record.header.position));
  }
  return absl::OkStatus();
}

absl::Status Missing(Position position) {
  return BadPosition("RECORD_MISSING", position, "holds no record, and a later one does");
}

absl::Status UnreadableAt(const Database& database, Position position,
                          const rocksdb::Status& status) {
  const absl::Status unreadable = database.Unreadable(status);
  if (!status.IsCorruption()) return unreadable;
  return BadPosition("RECORD_DAMAGED", position, unreadable.message());
}

absl::Status CheckStreamName(absl::string_view stream) {
  if (IsStreamName(stream)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "STREAM_NAME_INVALID",
               absl::StrCat("stream name of ", stream.size(), " bytes, want 1 to ", kStreamBytesMax,
                            " without NUL"));
}

}  // namespace

absl::StatusOr<std::optional<KnownRequest>> LookUpRequest(const Database& database,
                                                          const Uuid& request_id) {
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found,
                   database.Get(database.requests(), RequestKey(request_id), value));
  if (!found) return std::nullopt;
  const std::optional<KnownRequest> request = ParseRequest(value);
  if (!request.has_value()) {
    return database.Damaged(
        absl::StrCat("request ", UuidText(request_id), " holds ", value.size(), " bytes, want 56"));
  }
  return request;
}

absl::StatusOr<Revision> LastRevision(const Database& database, absl::string_view stream,
                                      Position last) {
  const StreamKey lowest(stream, 0);
  const StreamKey highest(stream, std::numeric_limits<Revision>::max());
  const rocksdb::Slice lower_bound = lowest.slice();
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower_bound;
  const std::unique_ptr<rocksdb::Iterator> index(
      database.db().NewIterator(read, database.streams()));
  for (index->SeekForPrev(highest.slice()); index->Valid(); index->Prev()) {
    const std::optional<Revision> revision = RevisionOfKey(index->key());
    const std::optional<Position> position = ParsePosition(index->value());
    if (!revision.has_value() || !position.has_value()) {
      return database.Damaged(absl::StrCat("stream ", stream, " has an index entry of ",
                                           index->value().size(), " bytes, want 8"));
    }
    if (*position <= last) return *revision;
  }
  if (!index->status().ok()) return database.Unreadable(index->status());
  return Revision{0};
}

absl::StatusOr<std::optional<KnownRequest>> LogReader::FindRequest(const Uuid& request_id) const {
  const Position durable = durable_.Get();
  ASSIGN_OR_RETURN(const std::optional<KnownRequest> request, LookUpRequest(database_, request_id));
  if (request.has_value() && request->last_position > durable) return std::nullopt;
  return request;
}

absl::Status LogReader::ReadAll(Position first, Position last,
                                const std::function<absl::Status(Record&)>& visit) const {
  first = std::max<Position>(first, 1);
  last = std::min(last, durable_.Get());
  while (first <= last) {
    const Position page_last = std::min(last, first + kPageRecords - 1);
    RETURN_IF_ERROR(ReadPage(first, page_last, visit));
    first = page_last + 1;
  }
  return absl::OkStatus();
}

absl::Status LogReader::ReadPage(Position first, Position last,
                                 const std::function<absl::Status(Record&)>& visit) const {
  const PositionBytes begin(first);
  const PositionBytes end(last + 1);
  const rocksdb::Slice upper_bound = end.slice();
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper_bound;
  // What is read once must not push out what is looked up often.
  read.fill_cache = false;
  if (last - first >= kReadaheadRecords) read.readahead_size = kReadaheadBytes;
  const std::unique_ptr<rocksdb::Iterator> records(
      database_.db().NewIterator(read, database_.log()));
  records->Seek(begin.slice());
  Record record;
  for (Position position = first; position <= last; ++position, records->Next()) {
    if (!records->status().ok()) return UnreadableAt(database_, position, records->status());
    if (!records->Valid() || records->key() != PositionBytes(position).slice()) {
      return Missing(position);
    }
    RETURN_IF_ERROR(DecodeAt(position, records->value(), record));
    RETURN_IF_ERROR(visit(record));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> LogReader::ReadStream(absl::string_view stream, Revision first,
                                                          Revision last) const {
  RETURN_IF_ERROR(CheckStreamName(stream));
  first = std::max<Revision>(first, 1);
  ASSIGN_OR_RETURN(const std::vector<Position> positions, PositionsOf(stream, first, last));
  std::vector<Record> records;
  records.reserve(positions.size());
  for (size_t i = 0; i < positions.size(); i += kMultiGetRecords) {
    const size_t count = std::min(kMultiGetRecords, positions.size() - i);
    RETURN_IF_ERROR(ReadRecords(positions.data() + i, count, records));
  }
  for (size_t i = 0; i < records.size(); ++i) {
    const Header& header = records[i].header;
    const Revision expected = first + i;
    if (header.stream != stream || header.revision != expected) {
      return database_.Damaged(absl::StrCat("stream ", stream, " has position ", header.position,
                                            " as revision ", expected,
                                            ", which is another record"));
    }
  }
  return records;
}

absl::StatusOr<std::vector<Position>> LogReader::PositionsOf(absl::string_view stream,
                                                             Revision first, Revision last) const {
  const Position durable = durable_.Get();
  std::vector<Position> positions;
  if (first > last) return positions;
  // No stream is longer, so the bound does not overflow.
  const StreamKey begin(stream, first);
  const StreamKey end(stream, std::min(last, kStreamEventsMax) + 1);
  const rocksdb::Slice upper_bound = end.slice();
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper_bound;
  const std::unique_ptr<rocksdb::Iterator> index(
      database_.db().NewIterator(read, database_.streams()));
  for (index->Seek(begin.slice()); index->Valid(); index->Next()) {
    const std::optional<Position> position = ParsePosition(index->value());
    const Revision expected = first + positions.size();
    if (!position.has_value() || RevisionOfKey(index->key()) != expected) {
      return database_.Damaged(
          absl::StrCat("stream ", stream, " has no index entry for revision ", expected));
    }
    if (*position > durable) break;
    positions.push_back(*position);
  }
  if (!index->status().ok()) return database_.Unreadable(index->status());
  return positions;
}

absl::Status LogReader::ReadRecords(const Position* positions, size_t count,
                                    std::vector<Record>& records) const {
  std::vector<PositionBytes> bytes(positions, positions + count);
  std::array<rocksdb::Slice, kMultiGetRecords> keys;
  std::array<rocksdb::PinnableSlice, kMultiGetRecords> values;
  std::array<rocksdb::Status, kMultiGetRecords> statuses;
  for (size_t i = 0; i < count; ++i) keys[i] = bytes[i].slice();
  // A stream's positions rise.
  constexpr bool kSorted = true;
  database_.db().MultiGet(rocksdb::ReadOptions(), database_.log(), count, keys.data(),
                          values.data(), statuses.data(), kSorted);
  for (size_t i = 0; i < count; ++i) {
    if (statuses[i].IsNotFound()) return Missing(positions[i]);
    if (!statuses[i].ok()) return UnreadableAt(database_, positions[i], statuses[i]);
    RETURN_IF_ERROR(DecodeAt(positions[i], values[i], records.emplace_back()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Revision> LogReader::StreamRevision(absl::string_view stream) const {
  RETURN_IF_ERROR(CheckStreamName(stream));
  return LastRevision(database_, stream, durable_.Get());
}

}  // namespace trellis::eventstore
