// Log lines on standard error: a time, an event's name, and fields. Ids and numbers only: a payload
// or anything else personal is never logged.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace trellis {

// Writes `2026-11-21T09:00:00.000Z event key=value key="two words"` in one write. Thread-safe.
// Line breaks and control characters in values are escaped.
void Log(absl::string_view event,
         std::initializer_list<std::pair<absl::string_view, std::string>> fields = {});

}  // namespace trellis
