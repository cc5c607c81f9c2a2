// Where libFuzzer comes in.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  trellis::fuzz::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
