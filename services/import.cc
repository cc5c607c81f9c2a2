#include "services/import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/uuid.h"

namespace trellis::services {
namespace {

constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";
// A row gives at most two commands; more means that it never comes true.
constexpr int kStepsMax = 4;

// A proto3 string is UTF-8, and parsing one checks it.
bool IsUtf8(const std::string& text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return true;
  v1::ImportProgress written, read;
  written.set_errors_csv(text);
  return read.ParseFromString(written.SerializeAsString());
}

std::string ImportId(const v1::ImportChunk& options) {
  return options.request_id().empty() ? UuidText(RandomUuid()) : options.request_id();
}

absl::Status Wrong(absl::string_view reason, const std::string& message) {
  return Error(absl::StatusCode::kInvalidArgument, reason, message);
}

}  // namespace

Import::Import(const Rooms& rooms, Caller caller, std::vector<ImportKind> kinds,
               const v1::ImportChunk& options)
    : rooms_(rooms),
      caller_(std::move(caller)),
      kinds_(std::move(kinds)),
      request_id_(ImportId(options)),
      dry_run_(options.dry_run()),
      encoding_(options.encoding()),
      reader_([this](CsvRow row) { ReadRow(std::move(row)); }) {}

Import::~Import() {
  while (in_flight_ > 0) TakeAnswer();
}

absl::Status Import::Read(absl::string_view bytes) {
  counts_.set_bytes_read(counts_.bytes_read() + static_cast<int64_t>(bytes.size()));
  if (start_.has_value()) {
    start_->append(bytes.data(), bytes.size());
    if (start_->size() < kUtf8Mark.size()) return absl::OkStatus();
    const std::string start = *std::exchange(start_, std::nullopt);
    absl::string_view rest = start;
    RETURN_IF_ERROR(ReadStart(rest));
    RETURN_IF_ERROR(reader_.Read(rest));
    return status_;
  }
  RETURN_IF_ERROR(reader_.Read(bytes));
  return status_;
}

absl::Status Import::ReadStart(absl::string_view& bytes) {
  if (absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF")) {
    return Wrong("IMPORT_HEADER_UNKNOWN", "line 1: got UTF-16, want UTF-8 or ISO-8859-1");
  }
  if (!absl::StartsWith(bytes, kUtf8Mark)) return absl::OkStatus();
  bytes.remove_prefix(kUtf8Mark.size());
  if (encoding_ == v1::ImportChunk::ENCODING_UNSPECIFIED) encoding_ = v1::ImportChunk::UTF_8;
  return absl::OkStatus();
}

absl::Status Import::End() {
  if (start_.has_value()) {
    const std::string start = *std::exchange(start_, std::nullopt);
    RETURN_IF_ERROR(reader_.Read(start));
  }
  RETURN_IF_ERROR(reader_.End());
  while (in_flight_ > 0) TakeAnswer();
  if (header_ == nullptr && status_.ok()) {
    return Wrong("IMPORT_FILE_EMPTY", "got a file without a line, want a header and rows");
  }
  return status_;
}

void Import::ReadRow(CsvRow csv) {
  if (!status_.ok()) return;
  if (header_ == nullptr) return ReadHeader(std::move(csv));
  counts_.set_rows_read(counts_.rows_read() + 1);
  absl::Status readable = Decode(csv.fields);
  if (!csv.error.empty()) return Refuse(csv.line, std::move(csv.fields), csv.error);
  if (!readable.ok()) return Refuse(csv.line, {}, std::string(readable.message()));
  if (csv.fields.size() != header_->names().size()) {
    const std::string error = absl::StrCat("got ", csv.fields.size(), " columns, want ",
                                           header_->names().size(), " as the header has");
    return Refuse(csv.line, std::move(csv.fields), error);
  }
  auto job = std::make_shared<Job>();
  job->row = {.header = header_, .line = csv.line, .fields = std::move(csv.fields)};
  if (!kind_.concerns(job->row)) return counts_.set_passed_over(counts_.passed_over() + 1);
  if (absl::Status status = RequireOwnKey(job->row); !status.ok()) {
    return Refuse(csv.line, job->row.fields, std::string(status.message()));
  }
  job->holds = kind_.holds(job->row);
  while (in_flight_ >= kImportInFlight || IsHeld(*job)) TakeAnswer();
  held_.insert(job->holds.begin(), job->holds.end());
  ++in_flight_;
  Work(job);
}

void Import::ReadHeader(CsvRow row) {
  const absl::Status readable = Decode(row.fields);
  if (!row.error.empty() || !readable.ok()) {
    status_ =
        Wrong("IMPORT_HEADER_UNKNOWN",
              absl::StrCat("line ", row.line,
                           ", the header: ", row.error.empty() ? readable.message() : row.error));
    return;
  }
  header_ = std::make_shared<const ImportHeader>(std::move(row.fields));
  absl::StatusOr<ImportKind> kind = KindWith(*header_, kinds_);
  if (!kind.ok()) {
    status_ = kind.status();
    return;
  }
  kind_ = *std::move(kind);
  counts_.set_kind(kind_.kind);
}

absl::Status Import::Decode(std::vector<std::string>& fields) const {
  const bool is_utf8 = std::all_of(fields.begin(), fields.end(), IsUtf8);
  if (encoding_ == v1::ImportChunk::UTF_8 && !is_utf8) {
    for (std::string& field : fields) field = Utf8FromLatin1(field);
    return absl::InvalidArgumentError("got bytes that are no UTF-8");
  }
  if (encoding_ != v1::ImportChunk::ISO_8859_1 && is_utf8) return absl::OkStatus();
  for (std::string& field : fields) field = Utf8FromLatin1(field);
  return absl::OkStatus();
}

absl::Status Import::RequireOwnKey(const ImportRow& row) {
  std::string key;
  for (const std::string& column : kind_.key) absl::StrAppend(&key, row.Get(column), "\n");
  const auto [line, is_new] = lines_by_key_.try_emplace(std::move(key), row.line);
  if (is_new) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("line ", line->second, " has this ", kind_.key_name, " already"));
}

bool Import::IsHeld(const Job& job) const {
  return std::any_of(job.holds.begin(), job.holds.end(),
                     [&](const std::string& name) { return held_.contains(name); });
}

void Import::Work(const std::shared_ptr<Job>& job) {
  const NextStep step = kind_.next(rooms_, job->row);
  if (!step.ok()) {
    Refuse(job->row.line, job->row.fields, RowErrorText(step.status()));
    return End(*job);
  }
  if (!step->has_value()) {
    if (job->steps > 0) {
      counts_.set_written(counts_.written() + 1);
    } else {
      counts_.set_unchanged(counts_.unchanged() + 1);
    }
    return End(*job);
  }
  const std::string id = UuidText(
      UuidFromDigest(Sha256(request_id_, absl::StrCat("\n", job->row.line, "\n", (*step)->name))));
  if (dry_run_ || job->steps == kStepsMax) {
    const absl::Status status =
        dry_run_ ? (*step)->check(id) : absl::InternalError("its commands change nothing");
    if (status.ok()) {
      counts_.set_written(counts_.written() + 1);
    } else {
      Refuse(job->row.line, job->row.fields, RowErrorText(status));
    }
    return End(*job);
  }
  ++job->steps;
  (*step)->give(caller_, id, [answers = answers_, job](const absl::StatusOr<std::string>& reply) {
    MutexLock lock(answers->mutex);
    answers->waiting.push_back({job, reply.status()});
    answers->arrived.NotifyOne();
  });
}

void Import::TakeAnswer() {
  Answered answered;
  {
    MutexLock lock(answers_->mutex);
    while (answers_->waiting.empty()) answers_->arrived.Wait(answers_->mutex);
    answered = std::move(answers_->waiting.front());
    answers_->waiting.pop_front();
  }
  if (answered.status.ok()) return Work(answered.job);
  Refuse(answered.job->row.line, answered.job->row.fields, RowErrorText(answered.status));
  End(*answered.job);
}

void Import::End(const Job& job) {
  for (const std::string& name : job.holds) held_.erase(name);
  --in_flight_;
}

void Import::Refuse(int64_t line, std::vector<std::string> fields, const std::string& error) {
  const size_t columns = header_->names().size();
  if (counts_.refused() == 0) {
    std::vector<std::string> names = header_->names();
    names.insert(names.end(), {"Line", "Error message"});
    errors_.push_back(CsvLine(names));
    error_bytes_ += errors_.back().size();
  }
  counts_.set_refused(counts_.refused() + 1);
  // A row of another width stands in the first column, as it came.
  if (fields.size() > columns) {
    const std::string row = CsvLine(fields);
    fields = {row.substr(0, row.size() - 2)};
  }
  fields.resize(columns);
  fields.insert(fields.end(), {absl::StrCat(line), error});
  errors_.push_back(CsvLine(fields));
  error_bytes_ += errors_.back().size();
}

v1::ImportProgress Import::TakeProgress() {
  v1::ImportProgress progress = counts_;
  std::string& csv = *progress.mutable_errors_csv();
  while (!errors_.empty() && csv.size() < kImportErrorBytes) {
    csv += errors_.front();
    error_bytes_ -= errors_.front().size();
    errors_.pop_front();
  }
  return progress;
}

}  // namespace trellis::services
