#include "eventstore/salvage.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "eventstore/checkpoint_file.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"
#include "eventstore/write_ahead_log.h"
#include "proofs/checkpoint.h"
#include "proofs/note.h"

namespace trellis::eventstore {
namespace {

using rocksdb::Iterator;

namespace fs = std::filesystem;

// One run over one directory.
class Salvager {
 public:
  explicit Salvager(absl::FunctionRef<void(const Record&)> visit) : visit_(visit) {}

  void ReadSortedRows(const std::string& path);
  void ReadWriteAheadLog(const std::string& path);
  // `log` is the directory.
  Salvage Finish(const std::string& log) &&;

 private:
  // Gives the record to the visitor, if the row is one, and it was not met before.
  void Take(const rocksdb::Slice& key, const rocksdb::Slice& value);
  void Find(const std::string& what) { salvage_.findings.Add(what); }

  const absl::FunctionRef<void(const Record&)> visit_;
  Salvage salvage_;
  // By position.
  std::vector<bool> seen_;
  Record record_;
};

void Salvager::Take(const rocksdb::Slice& key, const rocksdb::Slice& value) {
  const std::optional<Position> position = ParsePosition(key);
  if (!position.has_value()) return;
  const absl::Status decoded = DecodeRecord(ToView(value), record_);
  if (!decoded.ok() || record_.header.position != *position) return;
  if (*position >= seen_.size()) seen_.resize(*position + 1);
  if (seen_[*position]) return;
  seen_[*position] = true;
  ++salvage_.records;
  visit_(record_);
}

// The first row of a position that can be read after `from`, behind a block that cannot; null if
// there is none.
std::unique_ptr<Iterator> PastDamage(rocksdb::SstFileReader& file, Position from) {
  const auto at = [&file](Position position) {
    std::unique_ptr<Iterator> rows(file.NewIterator(rocksdb::ReadOptions()));
    rows->Seek(PositionBytes(position).slice());
    return rows;
  };
  Position bad = from;
  Position good = from + 1;
  while (!at(good)->status().ok()) {
    bad = good;
    if (good > good * 2) return nullptr;
    good *= 2;
  }
  while (good - bad > 1) {
    const Position middle = bad + (good - bad) / 2;
    (at(middle)->status().ok() ? good : bad) = middle;
  }
  return at(good);
}

void Salvager::ReadSortedRows(const std::string& path) {
  rocksdb::SstFileReader file{rocksdb::Options()};
  if (const rocksdb::Status status = file.Open(path); !status.ok()) {
    return Find(absl::StrCat(path, ": cannot be opened: ", status.ToString()));
  }
  if (file.GetTableProperties()->column_family_name != "log") return;
  std::unique_ptr<Iterator> rows(file.NewIterator(rocksdb::ReadOptions()));
  rows->SeekToFirst();
  Position last = 0;
  while (rows != nullptr) {
    for (; rows->Valid(); rows->Next()) {
      last = ParsePosition(rows->key()).value_or(last);
      Take(rows->key(), rows->value());
    }
    if (rows->status().ok()) break;
    Find(absl::StrCat(path, ": after position ", last, ": ", rows->status().ToString()));
    rows = PastDamage(file, last);
  }
}

void Salvager::ReadWriteAheadLog(const std::string& path) {
  // Takes what is put into any family: the digest of a record says that it is one.
  class Rows final : public rocksdb::WriteBatch::Handler {
   public:
    explicit Rows(Salvager& salvager) : salvager_(salvager) {}
    rocksdb::Status PutCF(uint32_t, const rocksdb::Slice& key,
                          const rocksdb::Slice& value) override {
      salvager_.Take(key, value);
      return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice&) override {
      return rocksdb::Status::OK();
    }

   private:
    Salvager& salvager_;
  };
  std::string log;
  const rocksdb::Status read = rocksdb::ReadFileToString(rocksdb::Env::Default(), path, &log);
  if (!read.ok()) Find(absl::StrCat(path, ": cannot be read: ", read.ToString()));
  Rows rows(*this);
  size_t end = 0;
  ForEachBatch(log, [&](const LoggedBatch& batch) {
    if (batch.begin > end + kBlockTrailerBytesMax) {
      Find(absl::StrCat(path, ": no batch from byte ", end, " to ", batch.begin));
    }
    end = batch.end;
    if (!rocksdb::WriteBatch(batch.bytes).Iterate(&rows).ok()) {
      Find(absl::StrCat(path, ": the batch at byte ", batch.begin, " has other rows"));
    }
  });
  if (end + kBlockTrailerBytesMax < log.size()) {
    Find(absl::StrCat(path, ": no batch from byte ", end, " to the end"));
  }
}

// How many records were signed, as the file beside the log says; its signature is not looked at.
Position SignedSize(const std::string& log) {
  const auto bytes = CheckpointFileOf({.directory = log, .ledger = ""}).Read();
  if (!bytes.ok() || !bytes->has_value()) return 0;
  const auto note = proofs::ParseNote(**bytes);
  if (!note.ok()) return 0;
  const auto checkpoint = proofs::ParseCheckpoint(note->text);
  return checkpoint.ok() ? checkpoint->size : 0;
}

Salvage Salvager::Finish(const std::string& log) && {
  salvage_.last = seen_.empty() ? 0 : seen_.size() - 1;
  for (Position position = 1; position < seen_.size(); ++position) {
    if (seen_[position]) continue;
    const Position first = position;
    while (!seen_[position]) ++position;
    Find(first + 1 == position
             ? absl::StrCat("position ", first, ": no file holds it")
             : absl::StrCat("positions ", first, " to ", position - 1, ": no file holds them"));
  }
  const Position signed_size = SignedSize(log);
  if (signed_size > salvage_.last) {
    Find(absl::StrCat("positions ", salvage_.last + 1, " to ", signed_size,
                      ": were signed, and no file holds them"));
  }
  return std::move(salvage_);
}

}  // namespace

absl::StatusOr<Salvage> SalvageLog(const std::string& data,
                                   absl::FunctionRef<void(const Record&)> visit) {
  const std::string directory = data + "/log";
  std::error_code error;
  std::vector<std::string> sorted;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".sst") sorted.push_back(entry.path());
  }
  if (error) {
    return Error(absl::StatusCode::kNotFound, "LOG_NOT_FOUND",
                 absl::StrCat(directory, " cannot be read: ", error.message()),
                 {{"directory", directory}});
  }
  // Numbers with leading zeros: files that are later in the log were mostly written later.
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> logs;
  Salvager salvager(visit);
  for (const std::string& path : sorted) salvager.ReadSortedRows(path);
  if (ListWriteAheadLogs(*rocksdb::Env::Default(), directory, logs).ok()) {
    for (const std::string& path : logs) salvager.ReadWriteAheadLog(path);
  }
  return std::move(salvager).Finish(directory);
}

}  // namespace trellis::eventstore
