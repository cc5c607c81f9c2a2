// The attributes of a message.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace trellis::queue {

// Keys with their values, sorted, each key once; about fifteen in a message of ours.
using Attributes = std::vector<std::pair<std::string, std::string>>;

// The value of `key`; nullptr if there is none.
inline const std::string* FindAttribute(const Attributes& attributes, absl::string_view key) {
  // Few, and mostly of different lengths: to look at each is faster than to halve.
  for (const auto& attribute : attributes) {
    if (attribute.first == key) return &attribute.second;
  }
  return nullptr;
}

}  // namespace trellis::queue
