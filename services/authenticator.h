// Who a call is of: by its token, by its client certificate or, in development alone, by what it
// says itself. docs/identity.md has the rules.
//
// Concurrency. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "identity/token_verifier.h"
#include "projections/views.h"

namespace trellis::services {

// What a call shows of its caller, over whichever port.
struct Credentials {
  // The metadata or header of this name, in small letters; empty if there is none.
  std::function<std::string(const std::string&)> metadata;
  // The DNS names and URIs of a client certificate that was verified; empty without one.
  std::vector<std::string> certificate_names = {};
  // The network address that it comes from, as AddressOf (rate_limiter.h) gives it.
  std::string address = {};
};

struct Principal {
  enum class Kind {
    // Somebody with a good token that is bound to nobody: may ask who they are.
    kStranger,
    // `people/{uuid}`.
    kPerson,
    // `serviceAccounts/{uuid}`.
    kService,
    // In development: whoever calls without a word. May read everything.
    kDeveloper,
  };
  Kind kind = Kind::kStranger;
  // Of a person or a service account.
  std::string name;
  std::string display_name;
  // What the directory has of it; null if it is not there (in development, or an administrator).
  projections::StateRowPointer record;
  bool is_administrator = false;
  // Of a token; empty without one.
  std::string issuer;
  std::string subject;
  absl::Time expires = absl::InfiniteFuture();
};

struct AuthenticatorOptions {
  // Believe what callers say of themselves.
  bool development = false;
  std::vector<identity::IssuerSettings> issuers = {};
  // Subjects of tokens, of any issuer, that may act as ADMINISTRATOR: `ISSUER SUBJECT`.
  std::vector<std::string> administrators = {};
};

// Whether the record, of a person or a service account, says that the subject is bound to it and
// may be used.
bool IsBound(const projections::StateRow& record, absl::string_view issuer,
             absl::string_view subject);

class Authenticator {
 public:
  // `views` and `clock` must outlive it. Errors as of identity::TokenVerifier::Create.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(const AuthenticatorOptions& options,
                                                               projections::Views& views,
                                                               const Clock& clock);

  // UNAUTHENTICATED: CREDENTIALS_MISSING, ACTOR_INVALID (development), or what is wrong with the
  // token; UNAVAILABLE if the provider's keys are not known.
  absl::StatusOr<Principal> Authenticate(const Credentials& credentials) const;

 private:
  Authenticator(const AuthenticatorOptions& options, projections::Views& views)
      : development_(options.development), administrators_(options.administrators), views_(views) {}

  absl::StatusOr<Principal> ByWord(const Credentials& credentials) const;
  absl::StatusOr<Principal> ByToken(absl::string_view token) const;
  // Nothing if no certificate is any account's.
  absl::StatusOr<Principal> ByCertificate(const std::vector<std::string>& names) const;
  // Sets who the subject is bound to now; a stranger if to nobody.
  absl::Status Bind(Principal& principal) const;

  const bool development_;
  const std::vector<std::string> administrators_;
  projections::Views& views_;
  std::unique_ptr<identity::TokenVerifier> tokens_;
  mutable Mutex mutex_;
  // Who a subject was bound to when it was last looked up: its present record says whether it still
  // is.
  mutable absl::flat_hash_map<std::string, std::string> bound_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::services
