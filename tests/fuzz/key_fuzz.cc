// Bytes as a key's text, public or private: one spelling, and no error repeats what is secret.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proofs/key.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {
namespace {

// Shorter ends than this stand in the words of an error by chance.
constexpr size_t kSecretBytes = 32;

// The error about `text` does not hold its end, which is the secret, unless all may see that
// anyway.
void CheckHidden(absl::string_view text, const absl::Status& error) {
  const size_t begin = text.rfind('+') + 1;
  const absl::string_view secret = text.substr(begin);
  if (begin == 0 || secret.size() < kSecretBytes) return;
  if (absl::StrContains(text.substr(0, begin), secret)) return;
  // What it says of another secret too are words of its own.
  const std::string other(secret.size(), 'x');
  const auto parsed = proofs::SignerKey::Parse(absl::StrCat(text.substr(0, begin), other));
  if (parsed.status().message() == error.message()) return;
  CHECK(!absl::StrContains(error.message(), secret));
}

void TrySigner(absl::string_view bytes) {
  const auto key = proofs::SignerKey::Parse(bytes);
  CheckError(key.status());
  if (!key.ok()) return CheckHidden(bytes, key.status());
  CHECK(key->ToSecretString() == bytes);
  const std::string text = "what is signed\n";
  const proofs::Signature signature = key->verifier().type() == proofs::KeyType::kNote
                                          ? key->Sign(text)
                                          : key->Cosign(text, absl::FromUnixSeconds(1));
  CHECK(key->verifier().Made(signature));
  CHECK(key->verifier().Verifies(text, signature));
  CHECK(!key->verifier().Verifies("another\n", signature));
}

}  // namespace

void Try(absl::string_view bytes) {
  const auto key = proofs::VerifierKey::Parse(bytes);
  CheckError(key.status());
  if (key.ok()) CHECK(key->ToString() == bytes);
  TrySigner(bytes);
}

}  // namespace trellis::fuzz
