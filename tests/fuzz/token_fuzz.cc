// Bytes as a token; as what stands in one, a header and claims with a line feed between, which
// base64url would hide; and as a key.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "identity/claims.h"
#include "identity/encoding.h"
#include "identity/token.h"
#include "tests/fuzz/fuzz.h"
#include "tests/identity/rfc_vectors.h"

namespace trellis::fuzz {
namespace {

using identity::Key;
using identity::testing::kRfcVectors;
using nlohmann::json;

// Nobody signs by chance.
void TrySignatures(absl::string_view bytes) {
  static const auto keys = [] {
    std::vector<std::pair<Key, absl::string_view>> parsed;
    for (const auto& vector : kRfcVectors) {
      parsed.emplace_back(*Key::Parse(json::parse(vector.key)), vector.token);
    }
    return parsed;
  }();
  for (const auto& [key, token] : keys) CHECK(key.Signed(bytes) == (bytes == token));
}

void TryClaims(const json& json_claims) {
  const identity::Expected expected{"issuer", "trellis", absl::Seconds(60)};
  const absl::Time now = absl::FromUnixSeconds(1'664'784'000);
  const auto claims = identity::CheckClaims(json_claims, expected, now);
  CheckError(claims.status());
  if (!claims.ok()) return;
  CHECK(claims->issuer == expected.issuer);
  CHECK(claims->expires + expected.clock_skew > now);
  CHECK(!claims->subject.empty() && claims->subject.size() <= identity::kSubjectBytesMax);
  CHECK(proofs::IsUtf8(claims->subject));
  CHECK(!std::any_of(claims->subject.begin(), claims->subject.end(), absl::ascii_iscntrl));
}

}  // namespace

void Try(absl::string_view bytes) {
  CheckError(identity::ParseToken(bytes).status());
  TrySignatures(bytes);

  const std::pair<absl::string_view, absl::string_view> texts =
      absl::StrSplit(bytes, absl::MaxSplits('\n', 1));
  const auto token =
      identity::ParseToken(absl::StrCat(identity::EncodeBase64Url(texts.first), ".",
                                        identity::EncodeBase64Url(texts.second), ".AAAA"));
  CheckError(token.status());
  if (token.ok()) TryClaims(token->claims);

  const auto object = identity::ParseObject(bytes);
  if (!object.has_value()) return;
  CHECK(identity::ParseObject(object->dump()) == object);
  const auto key = Key::Parse(*object);
  if (key.ok()) CHECK(!key->Signed(bytes));
}

}  // namespace trellis::fuzz
