#include "identity/token_verifier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "identity/encoding.h"
#include "identity/refusal.h"

namespace trellis::identity {
namespace {

// The key that signed the token.
absl::StatusOr<Digest> CheckSignature(const Token& token, absl::string_view compact,
                                      const KeySet& keys) {
  ASSIGN_OR_RETURN(const auto candidates, keys.Candidates(token.algorithm, token.kid));
  for (const Key* const key : candidates) {
    if (key->Signed(compact)) return key->fingerprint();
  }
  return Refused("TOKEN_SIGNATURE", "signature: it is not the issuer's");
}

absl::StatusOr<Digest> CheckSignature(const Token& token, absl::string_view compact,
                                      KeySource& source) {
  ASSIGN_OR_RETURN(const KeySetPointer keys, source.Keys());
  auto signed_by = CheckSignature(token, compact, *keys);
  if (ErrorReason(signed_by.status()) != "TOKEN_KEY_UNKNOWN") return signed_by;
  ASSIGN_OR_RETURN(const KeySetPointer newer, source.NewerKeys());
  if (newer == keys) return signed_by;
  return CheckSignature(token, compact, *newer);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Create(
    const std::vector<IssuerSettings>& issuers, const Clock& clock) {
  if (issuers.empty()) return absl::InvalidArgumentError("want an issuer");
  std::unique_ptr<TokenVerifier> verifier(new TokenVerifier(clock));
  for (const IssuerSettings& settings : issuers) {
    const std::string& name = settings.issuer;
    if (name.empty() || verifier->FindIssuer(name) != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("issuer \"", name, "\": want a name, once"));
    }
    if (settings.audience.empty() || settings.clock_skew < absl::ZeroDuration()) {
      return absl::InvalidArgumentError(
          absl::StrCat("issuer ", name, ": want an audience, and a clock skew from 0 on"));
    }
    ASSIGN_OR_RETURN(auto keys, KeySource::Open(name, settings.keys, clock));
    verifier->issuers_.push_back({{name, settings.audience, settings.clock_skew}, std::move(keys)});
  }
  return verifier;
}

absl::StatusOr<Claims> TokenVerifier::Verify(absl::string_view token) {
  // Before its digest: whoever sends it has shown nothing yet.
  if (token.size() > kTokenBytesMax) return ParseToken(token).status();
  const Digest digest = Sha256(token);
  const absl::Time now = clock_.Now();
  if (const auto kept = cache_.Find(digest, now); kept != nullptr) {
    ASSIGN_OR_RETURN(const bool holds, StillSigned(*kept));
    if (holds) return kept->claims;
    cache_.Erase(digest);
  }
  ASSIGN_OR_RETURN(Verified verified, VerifyAnew(token));
  Claims claims = verified.claims;
  // What is over but for the clocks' difference is not kept.
  if (now < claims.expires) {
    cache_.Put(digest, std::make_shared<const Verified>(std::move(verified)));
  }
  return claims;
}

const TokenVerifier::Issuer* TokenVerifier::FindIssuer(absl::string_view name) const {
  const auto found = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& issuer) {
    return issuer.expected.issuer == name;
  });
  return found == issuers_.end() ? nullptr : &*found;
}

absl::StatusOr<bool> TokenVerifier::StillSigned(const Verified& verified) const {
  const Issuer* const issuer = FindIssuer(verified.claims.issuer);
  CHECK(issuer != nullptr);
  ASSIGN_OR_RETURN(const KeySetPointer keys, issuer->keys->Keys());
  return keys->Holds(verified.key);
}

absl::StatusOr<Verified> TokenVerifier::VerifyAnew(absl::string_view compact) const {
  ASSIGN_OR_RETURN(const Token token, ParseToken(compact));
  const std::string* const name = StringMember(token.claims, "iss");
  const Issuer* const issuer = name == nullptr ? nullptr : FindIssuer(*name);
  if (issuer == nullptr) return Refused("TOKEN_ISSUER", "iss: want an issuer that is known here");
  ASSIGN_OR_RETURN(const Digest key, CheckSignature(token, compact, *issuer->keys));
  // After the signature, and a fetch of keys, which takes time.
  ASSIGN_OR_RETURN(Claims claims, CheckClaims(token.claims, issuer->expected, clock_.Now()));
  return Verified{std::move(claims), key};
}

}  // namespace trellis::identity
