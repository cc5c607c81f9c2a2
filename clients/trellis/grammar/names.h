// Names of the contract as words of the command line, and the nearest word to a misspelt one.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace trellis::cli {

// `OpenSupportPlan`, `open_support_plan` and `OPEN_SUPPORT_PLAN` all as `open-support-plan`.
std::string KebabCase(absl::string_view name);

// `induction-tutor` or `Induction Tutor` as `INDUCTION_TUTOR`.
std::string ConstantCase(absl::string_view words);

// `INDUCTION_TUTOR` as `induction tutor`; ECT stays in capitals.
std::string SpokenWords(absl::string_view constant);

// The candidate that `word` was most likely meant to be; empty if none is near.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

// `; did you mean X?` for the nearest candidate, after `prefix`; empty if none is near.
std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates,
                       absl::string_view prefix = "");

}  // namespace trellis::cli
