#include "base/uuid.h"

#include <algorithm>
#include <openssl/rand.h>

#include "absl/strings/ascii.h"
#include "base/check.h"

namespace trellis {
namespace {

constexpr size_t kTextSize = 36;

bool IsHyphenPlace(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Uuid WithVersion(Uuid uuid, uint8_t version) {
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0f) | (version << 4));
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

}  // namespace

std::optional<Uuid> ParseUuid(absl::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  Uuid uuid{};
  size_t digits = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsHyphenPlace(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = HexValue(text[i]);
    if (value < 0) return std::nullopt;
    uuid[digits / 2] = static_cast<uint8_t>((uuid[digits / 2] << 4) | value);
    ++digits;
  }
  return uuid;
}

std::string UuidText(const Uuid& uuid) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(kTextSize);
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (IsHyphenPlace(text.size())) text.push_back('-');
    text.push_back(kHex[uuid[i] >> 4]);
    text.push_back(kHex[uuid[i] & 0x0f]);
  }
  return text;
}

Uuid UuidFromDigest(const Digest& seed) {
  Uuid uuid;
  std::copy_n(seed.begin(), uuid.size(), uuid.begin());
  return WithVersion(uuid, 8);
}

Uuid UuidV7(absl::Time time, const Digest& seed) {
  Uuid uuid;
  std::copy_n(seed.begin(), uuid.size(), uuid.begin());
  const uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(time));
  for (size_t i = 0; i < 6; ++i) uuid[i] = static_cast<uint8_t>(millis >> (8 * (5 - i)));
  return WithVersion(uuid, 7);
}

Uuid RandomUuid() {
  Uuid uuid;
  CHECK(RAND_bytes(uuid.data(), static_cast<int>(uuid.size())) == 1);
  return WithVersion(uuid, 4);
}

}  // namespace trellis
