// An event as Protocol Buffers' JSON, for those who read it without Trellis.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace trellis::domain {

// The event with these bytes in a stream of this name, as one line of JSON; empty if this program
// cannot read it.
std::string EventAsJson(absl::string_view stream, absl::string_view bytes);

}  // namespace trellis::domain
