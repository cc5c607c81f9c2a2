#include "proofs/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace trellis::proofs {
namespace {

constexpr size_t kNameBytesMax = 255;
constexpr uint32_t kNotUtf8 = UINT32_MAX;

// Takes one code point off `text`, which is not empty; kNotUtf8 if there is none.
uint32_t TakeCodePoint(absl::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead >= 0xf8 || (lead >= 0x80 && lead < 0xc0) || text.size() < size) return kNotUtf8;
  uint32_t point = size == 1 ? lead : lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return kNotUtf8;
    point = point << 6 | (byte & 0x3f);
  }
  // The least code point that needs as many bytes.
  constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < kLeast[size - 1] || surrogate || point > 0x10ffff) return kNotUtf8;
  text.remove_prefix(size);
  return point;
}

// Unicode's property White_Space.
bool IsSpace(uint32_t point) {
  return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

}  // namespace

std::optional<uint64_t> ReadDecimal(absl::string_view text) {
  if (text.empty() || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) return std::nullopt;
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

std::optional<absl::string_view> TakeLine(absl::string_view& rest) {
  const size_t end = rest.find('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::string> ReadBase64(absl::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

std::optional<Digest> ReadBase64Digest(absl::string_view text) {
  const std::optional<std::string> bytes = ReadBase64(text);
  Digest digest;
  if (!bytes.has_value() || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (TakeCodePoint(text) == kNotUtf8) return false;
  }
  return true;
}

bool IsKeyName(absl::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  while (!text.empty()) {
    const uint32_t point = TakeCodePoint(text);
    if (point == kNotUtf8 || point < 0x20 || point == '+' || IsSpace(point)) return false;
  }
  return true;
}

}  // namespace trellis::proofs
