// UUIDs as in RFC 9562: 16 bytes, written in lower case with hyphens.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"

namespace trellis {

using Uuid = std::array<uint8_t, 16>;

// The UUID that `text` writes, or nothing: 36 characters, lower-case hexadecimal, hyphens in place.
std::optional<Uuid> ParseUuid(absl::string_view text);

// As text.
std::string UuidText(const Uuid& uuid);

// A version 8 UUID that follows from `seed` alone: the same seed, the same UUID.
Uuid UuidFromDigest(const Digest& seed);

// A version 7 UUID: milliseconds of `time`, then bits of `seed`. The same two, the same UUID.
Uuid UuidV7(absl::Time time, const Digest& seed);

// A random version 4 UUID. Not for anything that must be replayed.
Uuid RandomUuid();

}  // namespace trellis
