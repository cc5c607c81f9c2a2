// What a check found: in parts, and in words.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace trellis {

// Findings that are kept: enough to see a pattern, few enough to be read. All are counted.
inline constexpr size_t kFindingsMax = 100;

// What is wrong, in words. Not thread-safe.
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

struct Report {
  struct Part {
    // Such as "records" or "index of streams".
    std::string name;
    // What was looked at: a sentence without its full stop.
    std::string what;
    // How many findings there are in it.
    uint64_t findings = 0;
  };

  // In the order in which they were checked.
  std::vector<Part> parts;
  // What the reader should know of how much this proves: sentences.
  std::vector<std::string> notes;
  Findings findings;
  // How many events were looked at.
  uint64_t events = 0;

  bool holds() const { return findings.count() == 0; }

  // Ends a part: what was found since the one before is its.
  void End(std::string name, std::string what) {
    uint64_t found = findings.count();
    for (const Part& part : parts) found -= part.findings;
    parts.push_back({std::move(name), std::move(what), found});
  }
};

}  // namespace trellis
