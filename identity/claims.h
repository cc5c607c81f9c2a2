// What a token says of who calls, and whether it may be believed here and now.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace trellis::identity {

// OpenID Connect's limit of a `sub`.
inline constexpr size_t kSubjectBytesMax = 255;

// Who calls, by a token that was verified.
struct Claims {
  // Who says so: one of the issuers that were configured.
  std::string issuer;
  // Whom it is said of, in the issuer's words; never empty, no control characters.
  std::string subject;
  // The program that the token was given to (`client_id`, else `azp`); empty if it does not say.
  std::string client_id;
  // What the program may do, as far as the provider says (`scope`).
  std::vector<std::string> scopes;
  // From then on it is nothing worth.
  absl::Time expires;
  // The program calls for itself, nobody is behind it: it is its own subject, or the provider says
  // so (`gty` is `client-credentials`).
  bool is_client = false;
};

// What the claims of a token must say.
struct Expected {
  std::string issuer;
  std::string audience;
  // By how much the provider's clock may be ahead of ours, or behind it.
  absl::Duration clock_skew;
};

// Reads the claims of a token (a JSON object) whose signature was found good. Refuses (refusal.h)
// with TOKEN_TYPE, TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID or TOKEN_CLAIM.
absl::StatusOr<Claims> CheckClaims(const nlohmann::json& claims, const Expected& expected,
                                   absl::Time now);

}  // namespace trellis::identity
