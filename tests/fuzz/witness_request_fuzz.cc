// Bytes as what is asked of a witness: one spelling.
#include "tests/fuzz/fuzz.h"
#include "witness/request.h"

namespace trellis::fuzz {

void Try(absl::string_view bytes) {
  const auto request = witness::ParseRequest(bytes);
  CheckError(request.status());
  if (request.ok()) CHECK(witness::FormatRequest(*request) == bytes);
}

}  // namespace trellis::fuzz
