// Who calls: access tokens of OpenID Connect and OAuth 2 providers, as JSON Web Tokens (RFC 7519,
// RFC 9068), checked as RFC 8725 advises. docs/identity.md has the rules and the reasons.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/digest.h"
#include "identity/claims.h"
#include "identity/key_source.h"
#include "identity/token.h"
#include "identity/token_cache.h"

namespace trellis::identity {

// A provider whose tokens are believed.
struct IssuerSettings {
  // What `iss` must be, to the letter.
  std::string issuer;
  // What must be in `aud`: the name of this server at the provider.
  std::string audience;
  // Where its keys are: a file, or an address; empty: where its discovery document says.
  std::string keys;
  // By how much its clock may be ahead of ours, or behind it.
  absl::Duration clock_skew = absl::Seconds(60);
};

// Thread-safe.
class TokenVerifier {
 public:
  // `clock` must outlive the verifier. INVALID_ARGUMENT if there is no issuer, or one is given
  // twice, is incomplete, or its keys are where they may not be (KeySource::Open).
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Create(
      const std::vector<IssuerSettings>& issuers, const Clock& clock);

  // What the token (without `Bearer `) says, if it is good here and now. UNAUTHENTICATED with a
  // reason of docs/identity.md if it is not; UNAVAILABLE (KEYS_UNAVAILABLE) if nobody can know. The
  // text of an error has nothing of the token. Waits for a provider only if no keys of the issuer
  // are in force, or the token's is not among them.
  absl::StatusOr<Claims> Verify(absl::string_view token);

 private:
  struct Issuer {
    Expected expected;
    std::unique_ptr<KeySource> keys;
  };

  explicit TokenVerifier(const Clock& clock) : clock_(clock) {}

  // Null if none is of this name.
  const Issuer* FindIssuer(absl::string_view name) const;
  // Whether the key that signed it is still in force.
  absl::StatusOr<bool> StillSigned(const Verified& verified) const;
  absl::StatusOr<Verified> VerifyAnew(absl::string_view compact) const;

  const Clock& clock_;
  std::vector<Issuer> issuers_;
  TokenCache cache_;
};

}  // namespace trellis::identity
