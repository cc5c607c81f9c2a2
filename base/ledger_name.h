// The name of a ledger.
#pragma once

#include "absl/strings/string_view.h"

namespace trellis {

// Whether `name` can be a ledger's: 1 to 100 letters, digits, dots and hyphens. It stands in names
// of resources and keys.
inline bool IsLedgerName(absl::string_view name) {
  constexpr size_t kNameBytesMax = 100;
  if (name.empty() || name.size() > kNameBytesMax) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789.-") == absl::string_view::npos;
}

}  // namespace trellis
