#include "services/gate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "services/permission.h"
#include "trellis/v1/service_account.pb.h"

namespace trellis::services {
namespace {

using policy::Reach;

absl::Status Denied(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kPermissionDenied, reason, message);
}

bool IsCommand(const google::protobuf::Descriptor& request) {
  return request.FindFieldByName("request_id") != nullptr;
}

absl::Status CheckScope(const Principal& principal, const policy::Row& row) {
  const auto& scopes = principal.record->as<v1::ServiceAccount>().facts().scopes();
  if (row.scope == "any" || std::find(scopes.begin(), scopes.end(), row.scope) != scopes.end()) {
    return absl::OkStatus();
  }
  return Denied("SCOPE_MISSING", row.scope.empty()
                                     ? absl::StrCat("no service account may do ", row.action)
                                     : absl::StrCat(row.action, " needs the scope ", row.scope));
}

absl::Status CheckCapacity(const Principal& principal, v1::Capacity capacity,
                           const policy::Row& row) {
  if (capacity == v1::ADMINISTRATOR && !principal.is_administrator) {
    return Denied("NOT_AN_ADMINISTRATOR",
                  absl::StrCat(principal.name, " is no administrator of this ledger"));
  }
  if (row.ReachOf(capacity) != Reach::kNever) return absl::OkStatus();
  std::string want;
  for (int i = 1; i < v1::Capacity_ARRAYSIZE; ++i) {
    const auto other = static_cast<v1::Capacity>(i);
    if (row.ReachOf(other) == Reach::kNever) continue;
    absl::StrAppend(&want, want.empty() ? "" : " or ", v1::Capacity_Name(other));
  }
  const std::string name = v1::Capacity_Name(capacity);
  return Error(absl::StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED",
               absl::StrCat("capacity ", name, " may not do ", row.action, "; want ", want),
               {{"capacity", name}});
}

// Sets the capacity that a person says they act in, or says why it is none.
absl::Status ReadCapacity(const Credentials& credentials,
                          const google::protobuf::MethodDescriptor& method, const policy::Row& row,
                          Visitor& visitor) {
  ASSIGN_OR_RETURN(visitor.caller.capacity, CapacityIn(credentials.metadata));
  if (visitor.caller.capacity != v1::CAPACITY_UNSPECIFIED) {
    return CheckCapacity(visitor.principal, visitor.caller.capacity, row);
  }
  return IsCommand(*method.input_type()) || method.client_streaming() ? CapacityMissing()
                                                                      : absl::OkStatus();
}

}  // namespace

absl::StatusOr<Principal> Gate::Authenticate(const Credentials& credentials) const {
  RETURN_IF_ERROR(addresses_->Check(credentials.address, limits_.failures));
  absl::StatusOr<Principal> principal = authenticator_.Authenticate(credentials);
  if (principal.status().code() == absl::StatusCode::kUnauthenticated) {
    addresses_->Take(credentials.address, limits_.failures).IgnoreError();
  }
  return principal;
}

absl::StatusOr<std::shared_ptr<RateLimiter::Place>> Gate::Enter(const Principal& principal) const {
  if (principal.kind == Principal::Kind::kService) {
    return callers_->Enter(principal.name, limits_.service);
  }
  // A stranger has no name but that of the token.
  return callers_->Enter(principal.name.empty()
                             ? absl::StrCat(principal.issuer, " ", principal.subject)
                             : principal.name,
                         limits_.person);
}

absl::StatusOr<Visitor> Gate::Identify(const Credentials& credentials,
                                       const google::protobuf::MethodDescriptor& method,
                                       const policy::Row& row) const {
  Visitor visitor;
  ASSIGN_OR_RETURN(visitor.principal, Authenticate(credentials));
  ASSIGN_OR_RETURN(visitor.place, Enter(visitor.principal));
  switch (visitor.principal.kind) {
    case Principal::Kind::kDeveloper:
      // What becomes an event names who did it.
      if (method.output_type()->FindFieldByName("receipt") != nullptr) return ActorMissing();
      break;
    case Principal::Kind::kStranger:
      if (row.scope == "any") break;
      return Denied("IDENTITY_UNBOUND",
                    "the token is good and its subject is bound to no person and no service "
                    "account; an administrator binds it with BindIdentity");
    case Principal::Kind::kService:
      visitor.caller.capacity = v1::SERVICE;
      RETURN_IF_ERROR(CheckScope(visitor.principal, row));
      break;
    case Principal::Kind::kPerson:
      RETURN_IF_ERROR(ReadCapacity(credentials, method, row, visitor));
      break;
  }
  visitor.caller.actor.set_person(visitor.principal.name);
  visitor.caller.actor.set_name(visitor.principal.display_name);
  ReadTrace(credentials.metadata, visitor.caller);
  ASSIGN_OR_RETURN(visitor.reason, ReasonIn(credentials.metadata));
  return visitor;
}

absl::StatusOr<Admission> Gate::Admit(Visitor& visitor, const policy::Row& row,
                                      const google::protobuf::Message* request) const {
  const Principal::Kind kind = visitor.principal.kind;
  if (kind == Principal::Kind::kDeveloper || kind == Principal::Kind::kStranger) {
    // Whose the record is, the access log wants to know all the same.
    visitor.finding = FindingOf(views_, request);
    return Admission{.principal = std::move(visitor.principal),
                     .caller = ActorMissing(),
                     .reason = std::move(visitor.reason),
                     .finding = std::move(visitor.finding),
                     .place = std::move(visitor.place)};
  }
  if (absl::Status status = Check(visitor, row, request); !status.ok()) {
    if (request == nullptr || !IsCommand(*request->GetDescriptor())) return status;
    ASSIGN_OR_RETURN(const bool is_repeat, pipeline_.IsRepeat(visitor.caller, *request));
    if (!is_repeat) return status;
  }
  return Admission{.principal = std::move(visitor.principal),
                   .caller = std::move(visitor.caller),
                   .reason = std::move(visitor.reason),
                   .finding = std::move(visitor.finding),
                   .place = std::move(visitor.place)};
}

absl::Status Gate::Check(Visitor& visitor, const policy::Row& row,
                         const google::protobuf::Message* request) const {
  v1::Capacity& capacity = visitor.caller.capacity;
  if (capacity != v1::CAPACITY_UNSPECIFIED) {
    return CheckPermission(views_, clock_, visitor.principal, capacity, row, request,
                           visitor.finding);
  }
  // A read by somebody who does not say which hat they wear: the first that it is open to.
  absl::Status status = CapacityMissing();
  for (int i = 1; i < v1::Capacity_ARRAYSIZE; ++i) {
    const auto tried = static_cast<v1::Capacity>(i);
    if (tried == v1::SERVICE || !CheckCapacity(visitor.principal, tried, row).ok()) continue;
    status =
        CheckPermission(views_, clock_, visitor.principal, tried, row, request, visitor.finding);
    if (!status.ok()) continue;
    capacity = tried;
    break;
  }
  return status;
}

}  // namespace trellis::services
