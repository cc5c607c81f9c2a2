// What the texts of notes are made of, read so that each value has one spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace trellis::proofs {

// A decimal number below 2^64 without sign, blanks or leading zeros; nothing otherwise.
std::optional<uint64_t> ReadDecimal(absl::string_view text);

// Takes the next line off `rest`, without its line feed; nothing if no line ends there.
std::optional<absl::string_view> TakeLine(absl::string_view& rest);

// The bytes of standard base64 (RFC 4648 section 4) with its padding, its unused bits 0 and nothing
// between; nothing otherwise. Abseil's own takes blanks and bits that stand for nothing.
std::optional<std::string> ReadBase64(absl::string_view text);
// The same of 32 bytes.
std::optional<Digest> ReadBase64Digest(absl::string_view text);

// Whether `text` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text);

// Whether `text` can be the name of a key: UTF-8, not empty, at most 255 bytes, without Unicode
// spaces, control characters below U+0020, and '+'.
bool IsKeyName(absl::string_view text);

}  // namespace trellis::proofs
