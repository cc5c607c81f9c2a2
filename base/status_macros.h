// RETURN_IF_ERROR and ASSIGN_OR_RETURN, which Debian's Abseil lacks. Included from .cc files and
// from headers of templates only.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the function with the status of `expr` unless it is OK.
#define RETURN_IF_ERROR(expr)                                         \
  do {                                                                \
    if (absl::Status trellis_status = (expr); !trellis_status.ok()) { \
      return trellis_status;                                          \
    }                                                                 \
  } while (false)

#define TRELLIS_CONCAT_INNER(a, b) a##b
#define TRELLIS_CONCAT(a, b) TRELLIS_CONCAT_INNER(a, b)

// Evaluates `expr`, a StatusOr; assigns its value to `lhs`, or returns its status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  TRELLIS_ASSIGN_OR_RETURN(TRELLIS_CONCAT(trellis_or_, __LINE__), lhs, expr)
#define TRELLIS_ASSIGN_OR_RETURN(or_value, lhs, expr)      \
  auto or_value = (expr);                                  \
  if (!or_value.ok()) return std::move(or_value).status(); \
  lhs = std::move(or_value).value()
