#include "base/digest_of_parts.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace trellis {

DigestOfParts::DigestOfParts() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void DigestOfParts::Add(absl::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest DigestOfParts::Finish() {
  Digest digest;
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
  CHECK(size == digest.size());
  return digest;
}

}  // namespace trellis
