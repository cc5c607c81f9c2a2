// What a check of a disk found wrong, in words.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "base/report.h"

namespace trellis::audit {

// Bytes of a damaged disk as one line of ASCII, shortened.
std::string Shown(absl::string_view bytes);

}  // namespace trellis::audit
