// Whether somebody may be erased.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "domain/retention.h"
#include "trellis/v1/erasure_requests.pb.h"

namespace trellis::domain {

// What stands against erasing the person of `finding`: retention duties and legal holds, in words.
std::vector<std::string> ReasonsAgainst(const RetentionFinding& finding, absl::CivilDay today);

// Nothing stands against it, or the request sets it aside: FAILED_PRECONDITION (RETENTION_STANDS).
// What does not stand cannot be set aside: INVALID_ARGUMENT.
absl::Status RequireErasable(const RetentionFinding& finding,
                             const v1::EraseSubjectRequest& request, absl::CivilDay today);

}  // namespace trellis::domain
