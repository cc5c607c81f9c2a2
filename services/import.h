// One import: the rows of a CSV file become commands.
//
// Operation.   Rows are read in order and worked on side by side, at most kImportInFlight at once;
//              reading waits for them. Two rows about the same school, trust or person are worked
//              on one after the other. A row that is refused is noted and stops nothing.
// Concurrency. For one thread, which waits where it must; commands are answered from others.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "services/csv_reader.h"
#include "services/import_kind.h"

namespace trellis::services {

// Rows that are worked on at once.
inline constexpr size_t kImportInFlight = 256;
// Bytes of refused rows in a message, about.
inline constexpr size_t kImportErrorBytes = 1 << 20;

class Import {
 public:
  // `options` has passed Validate; its data is not looked at. What `rooms` holds outlives it.
  Import(const Rooms& rooms, Caller caller, std::vector<ImportKind> kinds,
         const v1::ImportChunk& options);
  // Waits for the rows that are worked on.
  ~Import();
  Import(const Import&) = delete;
  Import& operator=(const Import&) = delete;

  // Reads the next bytes. INVALID_ARGUMENT (IMPORT_HEADER_UNKNOWN, CSV_BROKEN): no more is read.
  absl::Status Read(absl::string_view bytes);
  // The file ends here: waits for all rows. INVALID_ARGUMENT (IMPORT_FILE_EMPTY): it has no header.
  absl::Status End();

  // How far it is, with rows refused that were not taken yet, as many as go into a message.
  v1::ImportProgress TakeProgress();
  // The bytes of refused rows that were not taken yet.
  size_t error_bytes() const { return error_bytes_; }
  int64_t rows_read() const { return counts_.rows_read(); }
  // True while a row has begun of which End() would make one as it is.
  bool in_row() const { return header_ != nullptr && reader_.in_row(); }

 private:
  struct Job {
    ImportRow row;
    std::vector<std::string> holds;
    int steps = 0;
  };
  struct Answered {
    std::shared_ptr<Job> job;
    absl::Status status;
  };
  // Where answers wait. Shared with the commands under way.
  struct Answers {
    Mutex mutex;
    CondVar arrived;
    std::deque<Answered> waiting ABSL_GUARDED_BY(mutex);
  };

  absl::Status ReadStart(absl::string_view& bytes);
  void ReadRow(CsvRow row);
  void ReadHeader(CsvRow row);
  // Turns them into UTF-8; an error if they are not in the encoding that was said.
  absl::Status Decode(std::vector<std::string>& fields) const;
  absl::Status RequireOwnKey(const ImportRow& row);
  void Work(const std::shared_ptr<Job>& job);
  bool IsHeld(const Job& job) const;
  // Goes on with a row that was answered; waits for one.
  void TakeAnswer();
  void End(const Job& job);
  void Refuse(int64_t line, std::vector<std::string> fields, const std::string& error);

  const Rooms rooms_;
  const Caller caller_;
  const std::vector<ImportKind> kinds_;
  const std::string request_id_;
  const bool dry_run_;
  v1::ImportChunk::Encoding encoding_;
  CsvReader reader_;
  // The first bytes, until there are enough to tell a byte order mark.
  std::optional<std::string> start_ = "";

  absl::Status status_;
  std::shared_ptr<const ImportHeader> header_;
  ImportKind kind_;
  v1::ImportProgress counts_;
  std::deque<std::string> errors_;
  size_t error_bytes_ = 0;
  // The line that has a key.
  absl::flat_hash_map<std::string, int64_t> lines_by_key_;
  std::set<std::string> held_;
  size_t in_flight_ = 0;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
};

}  // namespace trellis::services
