// CHECK and Crash: for broken code, never for bad input and never for what a disk says.
#pragma once

#include "absl/strings/string_view.h"

namespace trellis {

// Writes `message` with its place to standard error and aborts.
[[noreturn]] void Crash(absl::string_view message, const char* file = __builtin_FILE(),
                        int line = __builtin_LINE());

}  // namespace trellis

// Crashes unless `condition` holds.
#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) ::trellis::Crash("CHECK failed: " #condition); \
  } while (false)
