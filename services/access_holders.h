// Who may see the records of a person today: named in them, by a role at their school, or by a
// grant.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "projections/views.h"
#include "trellis/v1/access_service.pb.h"

namespace trellis::services {

// By record, then in the order in which it names them; holders of roles at a school come last, each
// once. `today` is a date.
absl::StatusOr<std::vector<v1::AccessHolder>> AccessHolders(projections::Views& views,
                                                            const std::string& person,
                                                            const std::string& today);

}  // namespace trellis::services
