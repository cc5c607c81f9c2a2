#include "base/digest.h"

#include <memory>
#include <openssl/evp.h>

#include "base/check.h"

namespace trellis {
namespace {

// One context a thread: creating it and looking SHA-256 up costs more than a short digest.
EVP_MD_CTX* Context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return context.get();
}

const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

Digest Sha256(absl::string_view bytes) { return Sha256(bytes, {}); }

Digest Sha256(absl::string_view first, absl::string_view second) {
  Digest digest;
  unsigned size = 0;
  EVP_MD_CTX* const context = Context();
  CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(context, first.data(), first.size()) == 1);
  CHECK(EVP_DigestUpdate(context, second.data(), second.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context, digest.data(), &size) == 1);
  CHECK(size == digest.size());
  return digest;
}

}  // namespace trellis
