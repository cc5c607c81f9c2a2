// The two encodings of JOSE, read so that what was signed and what is read cannot differ.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace trellis::identity {

// Objects and arrays within each other: tokens have three, key sets two.
inline constexpr size_t kJsonDepthMax = 16;

// The bytes of base64url without padding (RFC 7515, section 2); none unless `text` is their one
// spelling: no padding, blanks, other alphabet, nor bits that are left over.
std::optional<std::string> DecodeBase64Url(absl::string_view text);

// The inverse.
std::string EncodeBase64Url(absl::string_view bytes);

// A JSON object (RFC 8259) and nothing behind it; none if it is anything else, or not UTF-8, or an
// object in it has two members of one name (of which two readers may take each another), or it is
// deeper than kJsonDepthMax.
std::optional<nlohmann::json> ParseObject(absl::string_view text);

// The member `name` of `object` if it is there, and then if it is a string; else null.
const nlohmann::json* Member(const nlohmann::json& object, const char* name);
const std::string* StringMember(const nlohmann::json& object, const char* name);

}  // namespace trellis::identity
