#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace trellis {

void Crash(absl::string_view message, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: %.*s\n", file, line, static_cast<int>(message.size()),
               message.data());
  std::abort();
}

}  // namespace trellis
