// Looking for secrets in what is on a disk.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "vault/data_key.h"

namespace trellis::vault::testing {

// The bytes of all files under `path`.
inline std::string AllBytesUnder(const std::string& path) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

// Whether any 8 bytes of `secret` that follow one another are in `bytes`: by chance they never are.
inline bool HoldsPartOf(const std::string& bytes, absl::string_view secret) {
  for (size_t i = 0; i + 8 <= secret.size(); ++i) {
    if (bytes.find(std::string(secret.substr(i, 8))) != std::string::npos) return true;
  }
  return false;
}

}  // namespace trellis::vault::testing
