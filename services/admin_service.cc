#include "services/admin_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/ledger.h"
#include "domain/validate.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/caller.h"
#include "services/pages.h"
#include "services/signing_keys.h"

namespace trellis::services {
namespace {

namespace longrunning = google::longrunning;

absl::StatusOr<longrunning::Operation> StartBackup(Backups& backups,
                                                   const v1::StartBackupRequest& request) {
  if (request.keep_count() < 0) {
    return InvalidRequest(
        {{"keep_count", absl::StrCat("got ", request.keep_count(), ", want 0 or more")}});
  }
  return backups.Start(request);
}

absl::StatusOr<v1::Backup> GetBackup(Backups& backups, const v1::GetBackupRequest& request) {
  return backups.FindBackup(request.name());
}

absl::StatusOr<v1::ListBackupsResponse> ListBackups(Backups& backups,
                                                    const v1::ListBackupsRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<v1::Backup> all, backups.ListBackups());
  v1::ListBackupsResponse response;
  RETURN_IF_ERROR(CutPage(request, all, kPageSizeByDefault, response.mutable_backups(), response));
  return response;
}

absl::StatusOr<v1::PreparedSigningKey> PrepareSigningKey(const Rooms& rooms,
                                                         const v1::PrepareSigningKeyRequest&) {
  ASSIGN_OR_RETURN(const proofs::VerifierKey next, rooms.keys.Prepare());
  v1::PreparedSigningKey prepared;
  prepared.set_signing_key(rooms.keys.current().verifier().ToString());
  prepared.set_new_key(next.ToString());
  return prepared;
}

// Recorded first: what a crash cuts off after that, the next start completes.
void RotateSigningKey(const Rooms& rooms, Call call, const v1::RotateSigningKeyRequest& request) {
  const absl::StatusOr<Caller>& caller = call.admission().caller;
  if (!caller.ok()) return call.Fail(caller.status());
  // What was recorded before is completed now, and what is recorded below once it is.
  if (absl::Status status = rooms.keys.Complete(); !status.ok()) return call.Fail(status);
  const auto record = rooms.keys.RecordOf(request);
  if (!record.ok()) return call.Fail(record.status());
  rooms.pipeline.Execute<v1::Ledger>(
      *caller, *record, [&keys = rooms.keys, call](const absl::StatusOr<std::string>& reply) {
        if (!reply.ok()) return call.Fail(reply.status());
        if (absl::Status status = keys.Complete(); !status.ok()) return call.Fail(status);
        call.ReplyBytes(*reply);
      });
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

std::map<std::string, Handler> AdminHandlers(const Rooms& rooms, Backups& backups) {
  return {{"StartBackup", Answered(backups, StartBackup)},
          {"GetBackup", Answered(backups, GetBackup)},
          {"ListBackups", Answered(backups, ListBackups)},
          {"PrepareSigningKey", ReadHandler(rooms, PrepareSigningKey)},
          {"RotateSigningKey", Unary<v1::RotateSigningKeyRequest>(
                                   [rooms](Call call, const v1::RotateSigningKeyRequest& request) {
                                     RotateSigningKey(rooms, call, request);
                                   })},
          {"GetLedger", GetHandler<v1::GetLedgerRequest>(rooms)}};
}

std::map<std::string, Handler> OperationsHandlers(Backups& backups, Eraser& eraser) {
  return {{"GetOperation", Unary<longrunning::GetOperationRequest>(
                               [&](Call call, const longrunning::GetOperationRequest& request) {
                                 const std::string& name = request.name();
                                 call.Answer(Eraser::IsName(name) ? eraser.Find(name)
                                                                  : backups.Find(name));
                               })},
          {"ListOperations", Answered(backups, ListOperations)},
          {"CancelOperation", Answered(backups, CancelOperation)},
          {"DeleteOperation", Answered(backups, DeleteOperation)},
          {"WaitOperation", Unary<longrunning::WaitOperationRequest>(
                                [&](Call call, const longrunning::WaitOperationRequest& request) {
                                  const auto answer = [call](const auto& operation) {
                                    call.Answer(operation);
                                  };
                                  if (Eraser::IsName(request.name())) {
                                    eraser.Wait(request.name(), WaitOf(request), answer);
                                  } else {
                                    backups.Wait(request.name(), WaitOf(request), answer);
                                  }
                                })}};
}

}  // namespace trellis::services
