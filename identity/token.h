// A JSON Web Token in compact form (RFC 7515, RFC 7519), taken apart. Nothing in it is true until
// its signature has been checked.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "identity/key.h"
#include "nlohmann/json.hpp"

namespace trellis::identity {

// Larger ones are refused before anything is decoded. Real ones have one or two KiB; gRPC takes 8
// KiB of metadata by default.
inline constexpr size_t kTokenBytesMax = 16 << 10;

struct Token {
  Algorithm algorithm;
  // Which of the issuer's keys signed it, if it says so.
  std::optional<std::string> kid;
  // A JSON object.
  nlohmann::json claims;
};

// Reads strictly; refuses (refusal.h) with TOKEN_TOO_LARGE, TOKEN_MALFORMED, TOKEN_ALGORITHM,
// TOKEN_TYPE or TOKEN_CRITICAL. Keys and addresses of keys in the header are not looked at: whoever
// wrote the token wrote them.
absl::StatusOr<Token> ParseToken(absl::string_view compact);

}  // namespace trellis::identity
