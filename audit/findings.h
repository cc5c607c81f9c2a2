// What a check found wrong, in words.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace trellis::audit {

// Findings that are kept: enough to see a pattern, few enough to be read. All are counted.
inline constexpr size_t kFindingsMax = 100;

// Not thread-safe.
class Findings {
 public:
  // One line that begins with the place.
  void Add(std::string finding) {
    if (kept_.size() < kFindingsMax) kept_.push_back(std::move(finding));
    ++count_;
  }

  // The first kFindingsMax of them, and how many there are.
  const std::vector<std::string>& kept() const { return kept_; }
  uint64_t count() const { return count_; }

 private:
  std::vector<std::string> kept_;
  uint64_t count_ = 0;
};

// Bytes of a damaged disk as one line of ASCII, shortened.
std::string Shown(absl::string_view bytes);

}  // namespace trellis::audit
