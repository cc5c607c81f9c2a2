// How a token is refused: with a reason, and without a word of what stood in the token, since logs
// and replies keep texts of errors.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/error.h"

namespace trellis::identity {

// UNAUTHENTICATED; `text` says what is wrong, and names of headers and claims alone.
inline absl::Status Refused(absl::string_view reason, absl::string_view text) {
  return Error(absl::StatusCode::kUnauthenticated, reason, absl::StrCat("token refused: ", text));
}

}  // namespace trellis::identity
