// Takes out of the access log what must not be kept any longer.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "access/access_store.h"

namespace trellis::access {

// Both as of AccessLog; of what is written. One at a time of each.
absl::StatusOr<int64_t> DropBefore(AccessStore& store, absl::Time time, int64_t last);
absl::StatusOr<int64_t> ForgetReasons(AccessStore& store, absl::string_view subject);

}  // namespace trellis::access
