// Reads a subscription filter; queue/filter.h has the language.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace trellis::queue {

// A filter as a tree; `!=` is the negation of `=`.
struct FilterExpression {
  enum class Kind { kHas, kEquals, kHasPrefix, kNot, kAnd, kOr };

  Kind kind;
  // Of a comparison; kHas has no value.
  std::string key;
  std::string value;
  // Of the others: one of kNot, at least two of kAnd and kOr.
  std::vector<FilterExpression> parts;
};

// Errors are those of Filter::Parse; so is a blank `text`, which has no tree.
absl::StatusOr<FilterExpression> ParseFilter(absl::string_view text);

}  // namespace trellis::queue
