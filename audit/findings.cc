#include "audit/findings.h"

#include "absl/strings/escaping.h"

namespace trellis::audit {

// A stream's name and what stands around it in the longest keys.
constexpr size_t kShownBytesMax = 300;

std::string Shown(absl::string_view bytes) {
  return absl::CHexEscape(bytes.substr(0, kShownBytesMax));
}

}  // namespace trellis::audit
