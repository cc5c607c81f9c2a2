#include "vault/sealed.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::vault {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeadBytes = kSealBytes - kTagBytes;

absl::Status Malformed(absl::string_view why) {
  return Error(absl::StatusCode::kDataLoss, "SEALED_MALFORMED", absl::StrCat("sealed text ", why));
}

absl::StatusOr<Digest> CheckIn(absl::string_view sealed) {
  if (sealed.size() < kSealBytes) {
    return Malformed(absl::StrCat("has ", sealed.size(), " bytes, want ", kSealBytes, " or more"));
  }
  if (sealed.size() > kTextBytesMax + kSealBytes) {
    return Malformed(
        absl::StrCat("has ", sealed.size(), " bytes, limit ", kTextBytesMax + kSealBytes));
  }
  if (sealed[0] != kVersion) {
    return Malformed(absl::StrCat("has version ", static_cast<uint8_t>(sealed[0]), ", want 1"));
  }
  Digest check;
  std::copy_n(sealed.begin() + 1, check.size(), check.begin());
  return check;
}

// Version and check come first, and are of one length: no two pairs give the same bytes.
std::string Bound(const DataKey& key, absl::string_view associated_data) {
  return absl::StrCat(absl::string_view(&kVersion, 1), AsBytes(key.check()), associated_data);
}

}  // namespace

std::string Seal(const DataKey& key, absl::string_view associated_data, absl::string_view text) {
  const auto nonce = RandomNonce();
  const absl::string_view nonce_bytes(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  return absl::StrCat(absl::string_view(&kVersion, 1), AsBytes(key.check()), nonce_bytes,
                      GcmEncrypt(key.secret(), nonce_bytes, Bound(key, associated_data), text));
}

absl::StatusOr<std::string> Open(const DataKey& key, absl::string_view associated_data,
                                 absl::string_view sealed) {
  ASSIGN_OR_RETURN(const Digest check, CheckIn(sealed));
  if (check != key.check()) {
    return Error(absl::StatusCode::kDataLoss, "SEALED_BY_OTHER_KEY",
                 absl::StrCat("sealed text is of key ", UuidText(UuidFromDigest(check)), ", got ",
                              UuidText(key.id())));
  }
  const absl::string_view nonce = sealed.substr(kHeadBytes - kNonceBytes, kNonceBytes);
  auto text =
      GcmDecrypt(key.secret(), nonce, Bound(key, associated_data), sealed.substr(kHeadBytes));
  if (text.has_value()) return *std::move(text);
  return Error(absl::StatusCode::kDataLoss, "SEALED_DAMAGED",
               absl::StrCat("sealed text of ", sealed.size(), " bytes under key ",
                            UuidText(key.id()), " is not what was sealed, or not for this place"));
}

absl::StatusOr<Uuid> SealedKeyId(absl::string_view sealed) {
  ASSIGN_OR_RETURN(const Digest check, CheckIn(sealed));
  return UuidFromDigest(check);
}

}  // namespace trellis::vault
