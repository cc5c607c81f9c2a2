#include "clients/trellis/backup.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/printers.h"
#include "google/longrunning/operations.pb.h"
#include "trellis/v1/admin_service.pb.h"

namespace trellis::cli {
namespace {

using google::longrunning::Operation;

// How long each call waits: so often a terminal sees how far it is.
constexpr int kWaitSeconds = 1;

void Show(const Operation& operation, const Process& process) {
  if (!process.err_is_terminal) return;
  constexpr int kBar = 20;
  constexpr int kPercentOfOne = 100 / kBar;
  v1::BackupProgress progress;
  operation.metadata().UnpackTo(&progress);
  const int filled = progress.percent() / kPercentOfOne;
  process.err << "\r\x1b[K";
  if (!operation.done()) {
    process.err << "[" << std::string(static_cast<size_t>(filled), '#')
                << std::string(static_cast<size_t>(kBar - filled), ' ') << "] "
                << progress.percent() << " %  " << progress.files_done() << " of "
                << progress.files() << " files";
  }
  process.err << std::flush;
}

absl::Status ErrorOf(const Operation& operation) {
  absl::Status status(static_cast<absl::StatusCode>(operation.error().code()),
                      operation.error().message());
  for (const google::protobuf::Any& detail : operation.error().details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

bool Waits(const Invocation& invocation) {
  const std::string* const wait = invocation.Find("wait");
  return wait == nullptr || *wait == "true";
}

}  // namespace

bool IsBackupCommand(const Command& command) {
  return command.method != nullptr &&
         command.method->full_name() == "trellis.v1.AdminService.StartBackup";
}

absl::Status RunBackup(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process) {
  ASSIGN_OR_RETURN(const auto request, BuildRequest(contract, invocation, process.in));
  ASSIGN_OR_RETURN(Operation operation,
                   session.Ask<Operation>(invocation.command->method->full_name(), *request));
  const bool waits = Waits(invocation);
  while (waits && !operation.done()) {
    Show(operation, process);
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(operation.name());
    wait.mutable_timeout()->set_seconds(kWaitSeconds);
    ASSIGN_OR_RETURN(operation,
                     session.Ask<Operation>("google.longrunning.Operations.WaitOperation", wait));
  }
  if (waits) Show(operation, process);
  if (operation.has_error()) return ErrorOf(operation);
  v1::Backup backup;
  const bool made = operation.response().UnpackTo(&backup);
  process.out << (made ? Present(backup, {.json = json}) : Present(operation, {.json = json}));
  return absl::OkStatus();
}

}  // namespace trellis::cli
