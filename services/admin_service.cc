#include "services/admin_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/validate.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/pages.h"

namespace trellis::services {
namespace {

namespace longrunning = google::longrunning;

absl::StatusOr<longrunning::Operation> StartBackup(Backups& backups,
                                                   const v1::StartBackupRequest& request) {
  RETURN_IF_ERROR(domain::Validate(request));
  if (request.keep_count() < 0) {
    return InvalidRequest(
        {{"keep_count", absl::StrCat("got ", request.keep_count(), ", want 0 or more")}});
  }
  return backups.Start(request);
}

absl::StatusOr<v1::Backup> GetBackup(Backups& backups, const v1::GetBackupRequest& request) {
  RETURN_IF_ERROR(domain::Validate(request));
  return backups.FindBackup(request.name());
}

absl::StatusOr<v1::ListBackupsResponse> ListBackups(Backups& backups,
                                                    const v1::ListBackupsRequest& request) {
  RETURN_IF_ERROR(domain::Validate(request));
  ASSIGN_OR_RETURN(const std::vector<v1::Backup> all, backups.ListBackups());
  v1::ListBackupsResponse response;
  RETURN_IF_ERROR(CutPage(request, all, kPageSizeByDefault, response.mutable_backups(), response));
  return response;
}

absl::StatusOr<longrunning::Operation> GetOperation(
    Backups& backups, const longrunning::GetOperationRequest& request) {
  return backups.Find(request.name());
}

absl::StatusOr<longrunning::ListOperationsResponse> ListOperations(
    Backups& backups, const longrunning::ListOperationsRequest& request) {
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  if (!request.filter().empty()) {
    return InvalidRequest({{"filter", "got one, want none: operations are not filtered"}});
  }
  longrunning::ListOperationsResponse response;
  RETURN_IF_ERROR(CutPage(request, backups.List(), kPageSizeByDefault,
                          response.mutable_operations(), response));
  return response;
}

absl::StatusOr<google::protobuf::Empty> CancelOperation(
    Backups& backups, const longrunning::CancelOperationRequest& request) {
  RETURN_IF_ERROR(backups.Cancel(request.name()));
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> DeleteOperation(
    Backups& backups, const longrunning::DeleteOperationRequest& request) {
  RETURN_IF_ERROR(backups.Delete(request.name()));
  return google::protobuf::Empty();
}

absl::Duration WaitOf(const longrunning::WaitOperationRequest& request) {
  if (!request.has_timeout()) return kOperationWaitByDefault;
  const absl::Duration asked =
      absl::Seconds(request.timeout().seconds()) + absl::Nanoseconds(request.timeout().nanos());
  return std::min(asked, kOperationWaitMax);
}

template <typename Request, typename Response>
Handler Answered(Backups& backups, absl::StatusOr<Response> (*answer)(Backups&, const Request&)) {
  return Unary<Request>([&backups, answer](Call call, const Request& request) {
    call.Answer(answer(backups, request));
  });
}

}  // namespace

std::map<std::string, Handler> AdminHandlers(Backups& backups) {
  return {{"StartBackup", Answered(backups, StartBackup)},
          {"GetBackup", Answered(backups, GetBackup)},
          {"ListBackups", Answered(backups, ListBackups)}};
}

std::map<std::string, Handler> OperationsHandlers(Backups& backups) {
  return {{"GetOperation", Answered(backups, GetOperation)},
          {"ListOperations", Answered(backups, ListOperations)},
          {"CancelOperation", Answered(backups, CancelOperation)},
          {"DeleteOperation", Answered(backups, DeleteOperation)},
          {"WaitOperation",
           Unary<longrunning::WaitOperationRequest>(
               [&backups](Call call, const longrunning::WaitOperationRequest& request) {
                 backups.Wait(request.name(), WaitOf(request),
                              [call](const auto& operation) { call.Answer(operation); });
               })}};
}

}  // namespace trellis::services
