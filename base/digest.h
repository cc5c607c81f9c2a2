// SHA-256, by OpenSSL.
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace trellis {

// The 32 bytes of a SHA-256 digest.
using Digest = std::array<uint8_t, 32>;

// The digest of `bytes`, or of `first` followed by `second`. Thread-safe.
Digest Sha256(absl::string_view bytes);
Digest Sha256(absl::string_view first, absl::string_view second);

// The digest's bytes as text, for writing them somewhere. Valid as long as `digest`.
inline absl::string_view AsBytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace trellis
