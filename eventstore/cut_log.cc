#include "eventstore/cut_log.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/database.h"
#include "eventstore/keys.h"
#include "eventstore/log_reader.h"
#include "eventstore/recovery.h"
#include "proofs/tile.h"

namespace trellis::eventstore {
namespace {

constexpr Position kBeyondAll = std::numeric_limits<Position>::max();

absl::Status CheckEndsCommit(const Database& database, Position last) {
  ASSIGN_OR_RETURN(const LogEnd end, FindEnd(database));
  if (last < 1 || last > end.last_position) {
    return Error(absl::StatusCode::kOutOfRange, "POSITION_OUT_OF_RANGE",
                 absl::StrCat("position ", last, ", want 1 to ", end.last_position),
                 {{"position", absl::StrCat(last)}, {"last", absl::StrCat(end.last_position)}});
  }
  Header header;
  const DurablePosition all(end.last_position);
  RETURN_IF_ERROR(LogReader(database, all).ReadAll(last, last, [&](Record& record) {
    header = record.header;
    return absl::OkStatus();
  }));
  const Position before = header.commit_first - 1;
  const Position after = before + header.commit_size;
  if (after == last) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "POSITION_WITHIN_COMMIT",
               absl::StrCat("position ", last, " is within the commit of positions ", before + 1,
                            " to ", after, ", want ", before, " or ", after),
               {{"before", absl::StrCat(before)}, {"after", absl::StrCat(after)}});
}

// One cut of one database.
class Cut {
 public:
  Cut(const Database& database, Position last) : database_(database), last_(last) {}

  absl::Status Run(const std::string& name) {
    const PositionBytes first_gone(last_ + 1);
    const PositionBytes beyond(kBeyondAll);
    CHECK(batch_.DeleteRange(database_.log(), first_gone.slice(), beyond.slice()).ok());
    RETURN_IF_ERROR(Change(database_.streams(),
                           [this](auto key, auto value) { return CutStreamRow(key, value); }));
    RETURN_IF_ERROR(Change(database_.requests(),
                           [this](auto key, auto value) { return CutRequest(key, value); }));
    RETURN_IF_ERROR(
        Change(database_.tiles(), [this](auto key, auto value) { return CutTile(key, value); }));
    CHECK(batch_.Put(database_.meta(), kLedgerKey, name).ok());
    RETURN_IF_ERROR(Write());
    return Compact();
  }

 private:
  // Rows that are written together.
  static constexpr int kRowsMax = 10'000;

  template <typename CutRow>
  absl::Status Change(rocksdb::ColumnFamilyHandle* family, const CutRow& cut_row) {
    absl::Status status;
    RETURN_IF_ERROR(database_.Scan(family, [&](absl::string_view key, absl::string_view value) {
      if (!status.ok()) return;
      status = cut_row(key, value);
      if (status.ok() && batch_.Count() >= kRowsMax) status = Write();
    }));
    return status;
  }

  absl::Status CutStreamRow(absl::string_view key, absl::string_view value) {
    const std::optional<Position> position = ParsePosition(ToSlice(value));
    if (!position.has_value()) return database_.Damaged("a row of the index of streams");
    if (*position > last_) CHECK(batch_.Delete(database_.streams(), ToSlice(key)).ok());
    return absl::OkStatus();
  }

  absl::Status CutRequest(absl::string_view key, absl::string_view value) {
    std::optional<KnownRequest> request = ParseRequest(ToSlice(value));
    if (!request.has_value()) return database_.Damaged("a row of the index of requests");
    if (request->last_position > last_) {
      CHECK(batch_.Delete(database_.requests(), ToSlice(key)).ok());
    } else if (request->signed_size > last_) {
      // Its group went on: from now on it ends here.
      request->signed_size = last_;
      CHECK(batch_.Put(database_.requests(), ToSlice(key), RequestValue(*request).slice()).ok());
    }
    return absl::OkStatus();
  }

  // A partial tile is the beginning of what stood in its place later.
  absl::Status CutTile(absl::string_view key, absl::string_view value) {
    if (key.size() != 1 + sizeof(uint64_t)) return database_.Damaged("a key of a tile");
    const int level = static_cast<unsigned char>(key[0]);
    const uint64_t index = LoadBigEndian<uint64_t>(key.data() + 1);
    const int width = proofs::TileWidthIn(last_, level, index);
    const size_t bytes = static_cast<size_t>(width) * sizeof(Digest);
    if (width == 0 || (level == 0 && width < proofs::kTileWidth)) {
      CHECK(batch_.Delete(database_.tiles(), ToSlice(key)).ok());
    } else if (bytes < value.size()) {
      CHECK(batch_.Put(database_.tiles(), ToSlice(key), ToSlice(value.substr(0, bytes))).ok());
    }
    return absl::OkStatus();
  }

  absl::Status Write() {
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = database_.db().Write(options, &batch_);
    batch_.Clear();
    return status.ok() ? absl::OkStatus() : database_.Unreadable(status);
  }

  // What was deleted leaves the disk: the rows of the log are personal.
  absl::Status Compact() {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (auto* const family : {database_.log(), database_.streams(), database_.requests(),
                               database_.tiles(), database_.meta()}) {
      const rocksdb::Status status = database_.db().CompactRange(options, family, nullptr, nullptr);
      if (!status.ok()) return database_.Unreadable(status);
    }
    return absl::OkStatus();
  }

  const Database& database_;
  const Position last_;
  rocksdb::WriteBatch batch_;
};

}  // namespace

absl::Status CutLog(const EventLogOptions& options, Position last, const std::string& name) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, Database::Open(options));
  RETURN_IF_ERROR(CheckEndsCommit(*database, last));
  return Cut(*database, last).Run(name);
}

}  // namespace trellis::eventstore
