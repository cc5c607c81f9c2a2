#include "identity/token.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "identity/encoding.h"
#include "identity/refusal.h"

namespace trellis::identity {
namespace {

using nlohmann::json;

absl::Status Malformed(absl::string_view text) { return Refused("TOKEN_MALFORMED", text); }

// Tokens for other things are signed with the same keys: those that say so by their type are told
// apart here (RFC 8725, section 3.11).
absl::Status CheckType(const json& header) {
  const std::string* const type = StringMember(header, "typ");
  if (type != nullptr) {
    // Names of media types have no case.
    for (const char* const wanted : {"at+jwt", "application/at+jwt", "JWT"}) {
      if (absl::EqualsIgnoreCase(*type, wanted)) return absl::OkStatus();
    }
  }
  return Refused("TOKEN_TYPE", "typ: want at+jwt or JWT");
}

absl::Status ReadHeader(const json& header, Token& token) {
  const std::string* const name = StringMember(header, "alg");
  const auto algorithm = name == nullptr ? std::nullopt : AlgorithmNamed(*name);
  if (!algorithm.has_value()) {
    return Refused("TOKEN_ALGORITHM", "alg: want RS256, ES256 or EdDSA");
  }
  token.algorithm = *algorithm;
  RETURN_IF_ERROR(CheckType(header));
  // Extensions that must be understood (RFC 7515, section 4.1.11), of which we know none.
  if (header.contains("crit")) return Refused("TOKEN_CRITICAL", "crit: want none");
  if (const json* const kid = Member(header, "kid"); kid != nullptr) {
    if (!kid->is_string()) return Malformed("kid: want a string");
    token.kid = kid->get<std::string>();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Token> ParseToken(absl::string_view compact) {
  if (compact.size() > kTokenBytesMax) return Refused("TOKEN_TOO_LARGE", "want at most 16 KiB");
  const std::vector<absl::string_view> parts = absl::StrSplit(compact, absl::MaxSplits('.', 3));
  if (parts.size() != 3) return Malformed("want three parts with dots between");
  const auto header = DecodeBase64Url(parts[0]);
  const auto payload = DecodeBase64Url(parts[1]);
  const auto signature = DecodeBase64Url(parts[2]);
  if (!header.has_value() || !payload.has_value() || !signature.has_value()) {
    return Malformed("want base64url without padding, in its one spelling");
  }
  const auto header_object = ParseObject(*header);
  if (!header_object.has_value()) return Malformed("header: want one JSON object, no name twice");
  Token token{};
  RETURN_IF_ERROR(ReadHeader(*header_object, token));
  auto claims = ParseObject(*payload);
  if (!claims.has_value()) return Malformed("claims: want one JSON object, no name twice");
  token.claims = *std::move(claims);
  return token;
}

}  // namespace trellis::identity
