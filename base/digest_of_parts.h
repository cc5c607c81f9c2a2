// SHA-256 of bytes that come in parts, such as those of a large file.
#pragma once

#include <memory>

#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "openssl/types.h"

namespace trellis {

// Not thread-safe.
class DigestOfParts {
 public:
  DigestOfParts();

  void Add(absl::string_view bytes);
  // The digest of all parts in order. Called once, after the last.
  Digest Finish();

 private:
  const std::shared_ptr<EVP_MD_CTX> context_;
};

}  // namespace trellis
