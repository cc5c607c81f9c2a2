// Numbers as big-endian bytes, which sort as the numbers do.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

namespace trellis::eventstore {

// Writes the sizeof(Unsigned) bytes of `value` to `bytes`.
template <typename Unsigned>
void StoreBigEndian(Unsigned value, char* bytes) {
  static_assert(std::is_unsigned_v<Unsigned>);
  for (size_t i = sizeof(Unsigned); i-- > 0; value = static_cast<Unsigned>(value >> 8)) {
    bytes[i] = static_cast<char>(value & 0xff);
  }
}

// The number in the sizeof(Unsigned) bytes at `bytes`.
template <typename Unsigned>
Unsigned LoadBigEndian(const char* bytes) {
  static_assert(std::is_unsigned_v<Unsigned> && sizeof(Unsigned) > 1);
  Unsigned value = 0;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8) | static_cast<unsigned char>(bytes[i]));
  }
  return value;
}

template <typename Unsigned>
void AppendBigEndian(Unsigned value, std::string& bytes) {
  char stored[sizeof(Unsigned)];
  StoreBigEndian(value, stored);
  bytes.append(stored, sizeof stored);
}

}  // namespace trellis::eventstore
