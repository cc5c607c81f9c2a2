// Texts that are encrypted under the key of a data subject.
//
//   sealed := version:1 check:32 nonce:12 ciphertext tag:16
//
// Version is 1, check the key's, nonce random, ciphertext as long as the text. The tag is over all
// of it and over the associated data, which is not stored: who opens has to know it. What it is
// made of binds the text to its place, such as the record that it is the payload of.
//
// A random nonce of 96 bits allows 2^32 texts under one key, after which two have the same nonce
// with a chance of 2^-33. A record of a person has some thousands: nobody counts.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/uuid.h"
#include "vault/data_key.h"

namespace trellis::vault {

// By how much a sealed text is longer.
inline constexpr size_t kSealBytes = 1 + 32 + kNonceBytes + kTagBytes;

// Two calls never give the same bytes. `text` has at most kTextBytesMax. Thread-safe, as all here.
std::string Seal(const DataKey& key, absl::string_view associated_data, absl::string_view text);

// The text. DATA_LOSS: SEALED_MALFORMED if these are no bytes of Seal, or of a newer program;
// SEALED_BY_OTHER_KEY if another key has sealed them; SEALED_DAMAGED if a byte of them or of the
// associated data is not what it was.
absl::StatusOr<std::string> Open(const DataKey& key, absl::string_view associated_data,
                                 absl::string_view sealed);

// The id of the key that opens it. SEALED_MALFORMED, as Open.
absl::StatusOr<Uuid> SealedKeyId(absl::string_view sealed);

}  // namespace trellis::vault
