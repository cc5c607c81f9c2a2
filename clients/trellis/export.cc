#include "clients/trellis/export.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <google/protobuf/struct.pb.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/ledger_tools.h"
#include "clients/trellis/text.h"
#include "trellis/v1/file_chunk.pb.h"

namespace trellis::cli {
namespace {

// The server's own limit is 64 MiB.
constexpr size_t kFileBytesMax = 65 * 1024 * 1024;

absl::Status Lost(const std::string& file) {
  return Error(absl::StatusCode::kUnknown, "OUTPUT_LOST",
               absl::StrCat("the file of --out, ", OneLine(file), ": ", std::strerror(errno)));
}

absl::Status Exists(const std::string& file) {
  return UsageError(
      absl::StrCat("--out: ", OneLine(file), " is there already; --overwrite replaces it"));
}

bool IsThere(const std::string& file) {
  struct stat found {};
  return lstat(file.c_str(), &found) == 0;
}

bool WriteAll(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(descriptor) == 0;
}

absl::Status WriteFile(const std::string& file, absl::string_view bytes, bool overwrite) {
  // mkstemp makes it for its owner alone, under a name that nobody can have taken before.
  std::string next = file + ".XXXXXX";
  const FileDescriptor descriptor(mkstemp(next.data()));
  if (descriptor.get() < 0) return Lost(file);
  bool written = WriteAll(descriptor.get(), bytes);
  // A link, unlike a rename, fails where somebody made the file meanwhile.
  if (written) {
    written = (overwrite ? std::rename(next.c_str(), file.c_str())
                         : link(next.c_str(), file.c_str())) == 0;
  }
  const int error = errno;
  if (!written || !overwrite) unlink(next.c_str());
  errno = error;
  if (written) return absl::OkStatus();
  return error == EEXIST ? Exists(file) : Lost(file);
}

absl::StatusOr<std::string> Receive(Stream& stream) {
  std::string bytes;
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<std::string> received, stream.Receive(nullptr));
    if (!received.has_value()) return bytes;
    v1::FileChunk chunk;
    if (!chunk.ParseFromString(*received) || chunk.data().size() > kFileBytesMax - bytes.size()) {
      return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
                   absl::StrCat("after ", bytes.size(),
                                " bytes the answer is no trellis.v1.FileChunk, or too long"));
    }
    bytes += chunk.data();
  }
}

}  // namespace

bool IsExportCommand(const Command& command) {
  return command.method != nullptr && command.method->server_streaming() &&
         !command.method->client_streaming();
}

absl::Status RunExport(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process) {
  const std::string* const file = invocation.Find("out");
  if (file == nullptr || file->empty()) return UsageError("--out is missing, want a file");
  const std::string* const said = invocation.Find("overwrite");
  const bool overwrite = said != nullptr && *said == "true";
  if (!overwrite && IsThere(*file)) return Exists(*file);
  ASSIGN_OR_RETURN(const auto request, BuildRequest(contract, invocation, process.in));
  RETURN_IF_ERROR(session.CompleteNames(*request));
  const auto stream = session.Open(invocation.command->method->full_name());
  stream->Send(*request);
  stream->EndSending();
  ASSIGN_OR_RETURN(const std::string bytes, Receive(*stream));
  RETURN_IF_ERROR(WriteFile(*file, bytes, overwrite));
  const std::string digest = absl::BytesToHexString(AsBytes(Sha256(bytes)));
  if (json) {
    google::protobuf::Struct object;
    auto& fields = *object.mutable_fields();
    fields["file"].set_string_value(*file);
    fields["bytes"].set_number_value(static_cast<double>(bytes.size()));
    fields["sha256"].set_string_value(digest);
    PrintObject(object, process.out);
    return absl::OkStatus();
  }
  process.out << absl::StrCat("wrote ", OneLine(*file), ": ", bytes.size(), " bytes, SHA-256 ",
                              digest, "\n");
  if (invocation.command->method->name() == "ExportEvidence") {
    process.out << "check it with: trellis verify " << OneLine(*file) << " --key VKEY\n";
  }
  return absl::OkStatus();
}

}  // namespace trellis::cli
