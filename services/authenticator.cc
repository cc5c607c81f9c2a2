#include "services/authenticator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/person.h"
#include "domain/service_account.h"
#include "services/caller.h"

namespace trellis::services {
namespace {

using projections::StateRowPointer;

// Subjects remembered; beyond that all are looked up anew.
constexpr size_t kBoundMax = 10'000;

std::string KeyOf(const std::string& issuer, const std::string& subject) {
  return absl::StrCat(issuer, " ", subject);
}

void SetRecord(StateRowPointer row, Principal& principal) {
  if (row->state->GetDescriptor() == v1::Person::descriptor()) {
    principal.kind = Principal::Kind::kPerson;
    principal.name = row->as<v1::Person>().name();
    principal.display_name = row->as<v1::Person>().full_name();
  } else {
    principal.kind = Principal::Kind::kService;
    principal.name = row->as<v1::ServiceAccount>().name();
    principal.display_name = row->as<v1::ServiceAccount>().facts().display_name();
  }
  principal.record = std::move(row);
}

absl::Status Missing() {
  return Error(absl::StatusCode::kUnauthenticated, "CREDENTIALS_MISSING",
               "got no credentials, want `authorization: Bearer TOKEN` or a client certificate of "
               "a service account");
}

}  // namespace

bool IsBound(const projections::StateRow& row, absl::string_view issuer,
             absl::string_view subject) {
  const auto is_it = [&](const auto& one) {
    return one.issuer() == issuer && one.subject() == subject;
  };
  if (row.state->GetDescriptor() == v1::Person::descriptor()) {
    const auto& known = row.as<v1::Person>().identities();
    return std::any_of(known.begin(), known.end(),
                       [&](const auto& one) { return !one.has_unbind_time() && is_it(one); });
  }
  const auto& facts = row.as<v1::ServiceAccount>().facts();
  return !facts.disabled() &&
         std::any_of(facts.identities().begin(), facts.identities().end(), is_it);
}

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(
    const AuthenticatorOptions& options, projections::Views& views, const Clock& clock) {
  std::unique_ptr<Authenticator> made(new Authenticator(options, views));
  if (!options.issuers.empty()) {
    ASSIGN_OR_RETURN(made->tokens_, identity::TokenVerifier::Create(options.issuers, clock));
  }
  return made;
}

absl::StatusOr<Principal> Authenticator::Authenticate(const Credentials& credentials) const {
  const std::string authorization = credentials.metadata("authorization");
  // The scheme's name is of any case (RFC 9110, 11.1).
  constexpr absl::string_view kBearer = "Bearer ";
  if (absl::StartsWithIgnoreCase(authorization, kBearer) && tokens_ != nullptr) {
    return ByToken(absl::string_view(authorization).substr(kBearer.size()));
  }
  if (!credentials.certificate_names.empty()) {
    return ByCertificate(credentials.certificate_names);
  }
  return development_ ? ByWord(credentials) : Missing();
}

absl::StatusOr<Principal> Authenticator::ByWord(const Credentials& credentials) const {
  Principal principal;
  if (credentials.metadata(kActorKey).empty()) {
    principal.kind = Principal::Kind::kDeveloper;
    return principal;
  }
  ASSIGN_OR_RETURN(const v1::Party actor, ActorIn(credentials.metadata));
  principal.kind = Principal::Kind::kPerson;
  principal.name = actor.person();
  principal.display_name = actor.name();
  principal.is_administrator = true;
  ASSIGN_OR_RETURN(principal.record, views_.FindRow(principal.name));
  return principal;
}

absl::StatusOr<Principal> Authenticator::ByToken(absl::string_view token) const {
  ASSIGN_OR_RETURN(identity::Claims claims, tokens_->Verify(token));
  Principal principal;
  principal.issuer = std::move(claims.issuer);
  principal.subject = std::move(claims.subject);
  principal.expires = claims.expires;
  const std::string key = KeyOf(principal.issuer, principal.subject);
  principal.is_administrator =
      std::find(administrators_.begin(), administrators_.end(), key) != administrators_.end();
  RETURN_IF_ERROR(Bind(principal));
  if (principal.kind == Principal::Kind::kStranger && principal.is_administrator) {
    // Somebody has to be the first: an administrator who is not in the directory yet is known by an
    // id that follows from their subject.
    principal.kind = Principal::Kind::kPerson;
    principal.name = absl::StrCat(domain::kPersonStreams,
                                  UuidText(UuidFromDigest(Sha256("administrator\n", key))));
    principal.display_name = principal.subject;
  }
  return principal;
}

absl::Status Authenticator::Bind(Principal& principal) const {
  const auto take = [&](const std::string& name) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(StateRowPointer row, views_.FindRow(name));
    if (row == nullptr || !IsBound(*row, principal.issuer, principal.subject)) return false;
    SetRecord(std::move(row), principal);
    return true;
  };
  const std::string key = KeyOf(principal.issuer, principal.subject);
  std::string known;
  {
    MutexLock lock(mutex_);
    if (const auto found = bound_.find(key); found != bound_.end()) known = found->second;
  }
  if (!known.empty()) {
    ASSIGN_OR_RETURN(const bool taken, take(known));
    if (taken) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto names, views_.HoldersOfIdentity(principal.issuer, principal.subject));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const bool taken, take(name));
    if (!taken) continue;
    MutexLock lock(mutex_);
    if (bound_.size() >= kBoundMax) bound_.clear();
    bound_[key] = name;
    break;
  }
  return absl::OkStatus();
}

absl::StatusOr<Principal> Authenticator::ByCertificate(
    const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const auto holders, views_.HoldersOfCertificate(name));
    for (const std::string& holder : holders) {
      ASSIGN_OR_RETURN(StateRowPointer row, views_.FindRow(holder));
      if (row == nullptr) continue;
      const auto& facts = row->as<v1::ServiceAccount>().facts();
      const auto& known = facts.certificate_names();
      if (facts.disabled() || std::find(known.begin(), known.end(), name) == known.end()) continue;
      Principal principal;
      SetRecord(std::move(row), principal);
      return principal;
    }
  }
  return Principal();
}

}  // namespace trellis::services
