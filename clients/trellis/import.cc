#include "clients/trellis/import.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"
#include "trellis/v1/import.pb.h"

namespace trellis::cli {
namespace {

constexpr size_t kChunkBytes = 64 << 10;

absl::Status Unusable(absl::string_view flag, const std::string& file) {
  return UsageError(absl::StrCat("--", flag, ": ", OneLine(file), ": ", std::strerror(errno)));
}

std::string Totals(const v1::ImportProgress& progress) {
  return absl::StrCat(progress.rows_read(), " rows: ", progress.written(), " written, ",
                      progress.unchanged(), " unchanged, ", progress.passed_over(),
                      " passed over, ", progress.refused(), " refused");
}

// What comes of an import: totals, and a file of refused rows.
class Outcome {
 public:
  Outcome(const Process& process, std::ofstream* errors) : process_(process), errors_(errors) {}

  absl::Status Take(const std::string& bytes) {
    if (!progress_.ParseFromString(bytes)) {
      return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
                   "the answer is no trellis.v1.ImportProgress");
    }
    if (errors_ != nullptr && !(*errors_ << progress_.errors_csv() << std::flush)) {
      return Error(absl::StatusCode::kUnknown, "OUTPUT_LOST",
                   "the file of --errors cannot be written");
    }
    progress_.clear_errors_csv();
    if (process_.err_is_terminal) {
      process_.err << "\r\x1b[K" << (progress_.finished() ? "" : Totals(progress_)) << std::flush;
    }
    return absl::OkStatus();
  }

  const v1::ImportProgress& progress() const { return progress_; }

 private:
  const Process& process_;
  std::ofstream* const errors_;
  v1::ImportProgress progress_;
};

// Takes what the server has said up to now.
absl::Status TakeWaiting(Stream& stream, Outcome& outcome) {
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, stream.Poll());
    if (!bytes.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(outcome.Take(*bytes));
  }
}

absl::Status Send(v1::ImportChunk chunk, std::istream& in, Stream& stream, Outcome& outcome) {
  std::string buffer(kChunkBytes, '\0');
  bool first = true;
  while (!stream.over()) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto size = static_cast<size_t>(in.gcount());
    if (size == 0 && !first) break;
    chunk.set_data(buffer.data(), size);
    stream.Send(chunk);
    // What is not data counts in the first message alone.
    chunk.Clear();
    first = false;
    RETURN_IF_ERROR(TakeWaiting(stream, outcome));
  }
  stream.EndSending();
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, stream.Receive(nullptr));
    if (!bytes.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(outcome.Take(*bytes));
  }
}

absl::Status Conclude(const v1::ImportProgress& progress, bool json, bool kept,
                      const Process& process) {
  if (!progress.finished()) {
    return Error(absl::StatusCode::kUnavailable, "IMPORT_CUT_OFF",
                 absl::StrCat("the server ended the import after ", Totals(progress)));
  }
  process.out << (json ? absl::StrCat(CompactJson(progress), "\n")
                       : absl::StrCat(Totals(progress), "\n"));
  if (progress.refused() == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ROWS_REFUSED",
               absl::StrCat(progress.refused(), " of ", progress.rows_read(),
                            " rows were refused; the others went in",
                            kept ? "" : "; --errors FILE says why"));
}

}  // namespace

bool IsImportCommand(const Command& command) {
  return command.method != nullptr && command.method->client_streaming();
}

absl::Status RunImport(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process) {
  const std::string* const file = invocation.Find("file");
  if (file == nullptr) return UsageError("--file is missing, want a CSV file, or -");
  ASSIGN_OR_RETURN(const auto built, BuildRequest(contract, invocation, process.in));
  v1::ImportChunk chunk;
  if (!chunk.ParseFromString(built->SerializeAsString())) return UsageError("too much to send");
  std::ifstream in;
  if (*file != "-") {
    in.open(*file, std::ios::binary);
    // A directory opens, and cannot be read.
    if (!in || (in.peek(), in.bad())) return Unusable("file", *file);
    in.clear();
  }
  const std::string* const errors_file = invocation.Find("errors");
  std::ofstream errors;
  if (errors_file != nullptr) {
    errors.open(*errors_file, std::ios::binary | std::ios::trunc);
    if (!errors) return Unusable("errors", *errors_file);
  }
  Outcome outcome(process, errors_file == nullptr ? nullptr : &errors);
  const auto stream = session.Open(invocation.command->method->full_name());
  const absl::Status sent = Send(chunk, *file == "-" ? process.in : in, *stream, outcome);
  if (process.err_is_terminal) process.err << "\r\x1b[K" << std::flush;
  RETURN_IF_ERROR(sent);
  return Conclude(outcome.progress(), json, errors_file != nullptr, process);
}

}  // namespace trellis::cli
