#include "identity/claims.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "identity/encoding.h"
#include "identity/refusal.h"

namespace trellis::identity {
namespace {

using nlohmann::json;

// The end of the year 9999: what is later is no time but a mistake, such as milliseconds.
constexpr double kLatestSecond = 253'402'300'799;

absl::Status WrongClaim(absl::string_view name, absl::string_view want) {
  return Refused("TOKEN_CLAIM", absl::StrCat(name, ": want ", want));
}

// A NumericDate (RFC 7519, section 2), if the claim is there.
absl::StatusOr<std::optional<absl::Time>> TimeClaim(const json& claims, const char* name) {
  const json* const claim = Member(claims, name);
  if (claim == nullptr) return std::nullopt;
  const double seconds = claim->is_number() ? claim->get<double>() : -1;
  if (seconds < 0 || seconds > kLatestSecond) {
    return WrongClaim(name, "a number of seconds since 1970");
  }
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

// A string without control characters; empty if the claim is not there.
absl::StatusOr<std::string> TextClaim(const json& claims, const char* name) {
  const json* const claim = Member(claims, name);
  if (claim == nullptr) return std::string();
  const auto* const text = claim->get_ptr<const std::string*>();
  if (text == nullptr || std::any_of(text->begin(), text->end(), absl::ascii_iscntrl)) {
    return WrongClaim(name, "a string without control characters");
  }
  return *text;
}

// Keycloak says in a claim, not in the header, whether a token is one for the person's own program
// (`ID`), for new tokens (`Refresh`), or bound to a key that we do not ask for (`DPoP`).
absl::Status CheckType(const json& claims) {
  const json* const type = Member(claims, "typ");
  if (type == nullptr) return absl::OkStatus();
  const auto* const text = type->get_ptr<const std::string*>();
  if (text != nullptr && absl::EqualsIgnoreCase(*text, "Bearer")) return absl::OkStatus();
  return Refused("TOKEN_TYPE", "claim typ: want Bearer, or none");
}

absl::Status CheckAudience(const json& claims, const std::string& audience) {
  const json* const claim = Member(claims, "aud");
  const bool found =
      claim != nullptr &&
      (claim->is_array() ? std::find(claim->begin(), claim->end(), audience) != claim->end()
                         : *claim == audience);
  if (found) return absl::OkStatus();
  return Refused("TOKEN_AUDIENCE", absl::StrCat("aud: want ", audience, " in it"));
}

// Sets when it ends.
absl::Status CheckTimes(const json& claims, absl::Duration skew, absl::Time now,
                        absl::Time& expires) {
  ASSIGN_OR_RETURN(const std::optional<absl::Time> end, TimeClaim(claims, "exp"));
  if (!end.has_value()) return WrongClaim("exp", "it to be there");
  if (now >= *end + skew) return Refused("TOKEN_EXPIRED", "exp: it is over");
  for (const char* const name : {"nbf", "iat"}) {
    ASSIGN_OR_RETURN(const std::optional<absl::Time> begin, TimeClaim(claims, name));
    if (begin.has_value() && now < *begin - skew) {
      return Refused("TOKEN_NOT_YET_VALID", absl::StrCat(name, ": it is still to come"));
    }
  }
  expires = *end;
  return absl::OkStatus();
}

absl::Status ReadProgram(const json& json_claims, Claims& claims) {
  ASSIGN_OR_RETURN(claims.client_id, TextClaim(json_claims, "client_id"));
  ASSIGN_OR_RETURN(std::string party, TextClaim(json_claims, "azp"));
  if (claims.client_id.empty()) {
    claims.client_id = std::move(party);
  } else if (!party.empty() && party != claims.client_id) {
    return WrongClaim("azp", "what client_id says");
  }
  ASSIGN_OR_RETURN(const std::string grant, TextClaim(json_claims, "gty"));
  claims.is_client = claims.subject == claims.client_id || grant == "client-credentials";
  ASSIGN_OR_RETURN(const std::string scope, TextClaim(json_claims, "scope"));
  claims.scopes = absl::StrSplit(scope, ' ', absl::SkipEmpty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Claims> CheckClaims(const json& json_claims, const Expected& expected,
                                   absl::Time now) {
  RETURN_IF_ERROR(CheckType(json_claims));
  Claims claims;
  const std::string* const issuer = StringMember(json_claims, "iss");
  if (issuer == nullptr || *issuer != expected.issuer) {
    return Refused("TOKEN_ISSUER", absl::StrCat("iss: want ", expected.issuer));
  }
  claims.issuer = *issuer;
  RETURN_IF_ERROR(CheckAudience(json_claims, expected.audience));
  RETURN_IF_ERROR(CheckTimes(json_claims, expected.clock_skew, now, claims.expires));
  ASSIGN_OR_RETURN(claims.subject, TextClaim(json_claims, "sub"));
  if (claims.subject.empty() || claims.subject.size() > kSubjectBytesMax) {
    return WrongClaim("sub", absl::StrCat("1 to ", kSubjectBytesMax, " bytes"));
  }
  RETURN_IF_ERROR(ReadProgram(json_claims, claims));
  return claims;
}

}  // namespace trellis::identity
